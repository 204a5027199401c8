import type { ReadyQueue, ReadyTask } from './ready-queue.js';

/** What a gate asks of an edge that leaves its stage. */
export interface BoundedOutput {
  readonly inFlight: number;
  readonly bound: number;
  widen(size: number): void;
}

/**
 * Says whether a stage may take another item: each item that it works on has a place reserved on every bounded output edge,
 * so that a result never finds its edge full.
 */
export class StageGate {
  readonly id: string;
  readonly queue: ReadyQueue;
  /** Output edges that count; feedback edges do not. */
  readonly outputs: BoundedOutput[] = [];
  /** Input ports and sources that wait for room. */
  readonly #waiting = new Set<ReadyTask>();
  readonly #closing = new Set<Promise<unknown>>();
  readonly #onActivity: () => void;
  #reserved = 0;
  #open = false;

  constructor(id: string, queue: ReadyQueue, onActivity: () => void = () => undefined) {
    this.id = id;
    this.queue = queue;
    this.#onActivity = onActivity;
  }

  /** Nothing is reserved: the stage works on no item that it was given or pulls. */
  get idle(): boolean {
    return this.#reserved === 0;
  }

  hasRoom(): boolean {
    if (!this.#open) return false;
    for (const edge of this.outputs) if (edge.inFlight + this.#reserved >= edge.bound) return false;
    return true;
  }

  /** From now on items may flow: every output has its subscriber. */
  open(): void {
    this.#open = true;
    this.wake();
  }

  reserve(): void {
    if (this.#reserved++ === 0) this.#onActivity();
  }

  unreserve(): void {
    this.#reserved--;
    this.wake();
  }

  /** Something has left: those who wait look again. */
  wake(): void {
    for (const task of this.#waiting) this.queue.schedule(task);
  }

  /** `task` is run whenever room may have appeared, until it is forgotten. */
  watch(task: ReadyTask): void {
    this.#waiting.add(task);
  }

  forget(task: ReadyTask): void {
    this.#waiting.delete(task);
  }

  /** A window of `size` items needs as many places on the way out. */
  widen(size: number): void {
    for (const edge of this.outputs) edge.widen(size);
  }

  /** Work that could not be stopped at once; the run waits for it before it ends. */
  track(work: PromiseLike<unknown>): void {
    const settled = Promise.resolve(work).then(
      () => undefined,
      () => undefined,
    );
    this.#closing.add(settled);
    void settled.then(() => this.#closing.delete(settled));
  }

  async settled(): Promise<void> {
    while (this.#closing.size > 0) await Promise.all(this.#closing);
  }
}
