export interface ReadyTask {
  scheduled: boolean;
  /** Does what can be done now; never waits. */
  readonly drain: () => void;
}

/** What a stage asks of the queue of its run. */
export interface TaskQueue {
  schedule(task: ReadyTask): void;
}
