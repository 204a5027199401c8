import { outside, withFrame, type FlowContext, type FlowFrame } from './flow-context.js';
import { ItemQueue } from './item-queue.js';
import type { ReadyTask, TaskQueue } from './ready-task.js';

/** Time after which timers and I/O get their turn, and tasks between looks at the clock. */
const MILLISECONDS_AT_A_TIME = 10;
const TASKS_PER_LOOK = 2;

/** Runs the ports and sources of one run that may have become able to move an item; a loop, so that depth of the graph costs no stack. */
export class ReadyQueue implements FlowFrame, TaskQueue {
  context: FlowContext = outside;
  readonly #tasks = new ItemQueue<ReadyTask>();
  #running = false;
  #stopped = false;
  #looks = 0;
  #since = performance.now();
  #breath: NodeJS.Immediate | undefined;

  /** All of the run that moves now is called by this loop, which starts no task within another. */
  get running(): boolean {
    return this.#running;
  }

  schedule(task: ReadyTask): void {
    if (task.scheduled || this.#stopped) return;
    task.scheduled = true;
    this.#tasks.push(task);
    if (!this.#running && this.#breath === undefined) this.#run();
  }

  stop(): void {
    this.#stopped = true;
    this.#running = false;
    this.#tasks.clear();
    clearImmediate(this.#breath);
  }

  #run(): void {
    this.#running = true;
    try {
      withFrame(this, () => this.#drain());
    } finally {
      this.#running = false;
    }
  }

  #drain(): void {
    while (this.#tasks.size > 0 && !this.#needsBreath()) {
      const task = this.#tasks.shift();
      task.scheduled = false;
      task.drain();
    }
  }

  /** A run that never waits would keep timers and signals from ever being heard. */
  #needsBreath(): boolean {
    if (++this.#looks % TASKS_PER_LOOK !== 0 || performance.now() - this.#since < MILLISECONDS_AT_A_TIME) return false;
    this.#breath = setImmediate(() => {
      this.#breath = undefined;
      this.#since = performance.now();
      this.#run();
    });
    return true;
  }
}
