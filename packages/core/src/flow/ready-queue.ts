import { outside, withFrame, type FlowContext, type FlowFrame } from './flow-context.js';
import { ItemQueue } from './item-queue.js';

export interface ReadyTask {
  scheduled: boolean;
  /** Does what can be done now; never waits. */
  readonly drain: () => void;
}

/** Runs the ports and sources of one run that may have become able to move an item; a loop, so that depth of the graph costs no stack. */
export class ReadyQueue implements FlowFrame {
  context: FlowContext = outside;
  readonly #tasks = new ItemQueue<ReadyTask>();
  #running = false;
  #stopped = false;

  /** All of the run that moves now is called by this loop, which starts no task within another. */
  get running(): boolean {
    return this.#running;
  }

  /** Others wait for their turn. */
  get busy(): boolean {
    return this.#tasks.size > 0;
  }

  schedule(task: ReadyTask): void {
    if (task.scheduled || this.#stopped) return;
    task.scheduled = true;
    this.#tasks.push(task);
    if (!this.#running) this.#run();
  }

  stop(): void {
    this.#stopped = true;
    this.#running = false;
    this.#tasks.clear();
  }

  #run(): void {
    this.#running = true;
    try {
      withFrame(this, () => this.#drain());
    } finally {
      this.#tasks.clear();
      this.#running = false;
    }
  }

  #drain(): void {
    while (this.#tasks.size > 0) {
      const task = this.#tasks.shift();
      task.scheduled = false;
      task.drain();
    }
  }
}
