export interface ReadyTask {
  scheduled: boolean;
  /** Does what can be done now; never waits. */
  readonly drain: () => void;
}

/** Runs the edges and sources of one run that may have become able to move an item; a loop, so that depth of the graph costs no stack. */
export class ReadyQueue {
  #tasks: ReadyTask[] = [];
  #running = false;
  #stopped = false;

  schedule(task: ReadyTask): void {
    if (task.scheduled || this.#stopped) return;
    task.scheduled = true;
    this.#tasks.push(task);
    if (!this.#running) this.#run();
  }

  stop(): void {
    this.#stopped = true;
  }

  #run(): void {
    this.#running = true;
    try {
      // The list grows while it is walked.
      for (const task of this.#tasks) {
        task.scheduled = false;
        if (!this.#stopped) task.drain();
      }
    } finally {
      this.#tasks = [];
      this.#running = false;
    }
  }
}
