import type { ReadyTask, TaskQueue } from './ready-task.js';

/** What a gate asks of an edge that leaves its stage. */
export interface BoundedOutput {
  readonly inFlight: number;
  readonly bound: number;
  /** The stage could not take an item because of this edge. */
  refuse(): void;
  expand(bound: number): void;
}

/**
 * Says whether a stage may take another item: each item that it works on has a place reserved on every bounded output edge,
 * so that a result never finds its edge full.
 */
export class StageGate {
  readonly id: string;
  readonly queue: TaskQueue;
  /** Output edges that count; feedback edges do not. */
  readonly outputs: BoundedOutput[] = [];
  /** Input ports and sources that take items while there is room. */
  readonly #watchers = new Set<ReadyTask>();
  readonly #closing = new Set<Promise<unknown>>();
  readonly #onBegin: () => void;
  #reserved = 0;
  /** Places reserved, items on output edges, and one each until the stage is open and has begun: with 0 there is nothing to look at. */
  #load = 2;
  #open = false;
  #begun = false;
  /** Somebody was told that there is no room, and is to be woken. */
  #refused = false;

  constructor(id: string, queue: TaskQueue, onBegin: () => void = () => undefined) {
    this.id = id;
    this.queue = queue;
    this.#onBegin = onBegin;
  }

  /** Nothing is reserved: the stage works on no item that it was given or pulls. */
  get idle(): boolean {
    return this.#reserved === 0;
  }

  /** Whether the stage may take an item now. Who gets `false` is scheduled again when that may have changed. */
  admits(): boolean {
    if (this.#load === 0) return true;
    if (!this.#open) return this.#refuse(undefined);
    for (const edge of this.outputs) if (edge.inFlight + this.#reserved >= edge.bound) return this.#refuse(edge);
    this.begin();
    return true;
  }

  /** From now on items may flow: every output has its subscriber. */
  open(): void {
    this.#open = true;
    this.#load--;
    this.wake();
  }

  /** The stage takes or gives its first item. */
  begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    this.#load--;
    this.#onBegin();
  }

  /** An item more (or less) is on an output edge. */
  count(change: number): void {
    this.#load += change;
  }

  reserve(): void {
    this.#reserved++;
    this.#load++;
  }

  unreserve(): void {
    this.#reserved--;
    this.#load--;
    this.wake();
  }

  /** Something has left: those who were refused look again. */
  wake(): void {
    if (!this.#refused) return;
    this.#refused = false;
    for (const task of this.#watchers) this.queue.schedule(task);
  }

  /** `task` is run when room may have appeared, until it is forgotten. */
  watch(task: ReadyTask): void {
    this.#watchers.add(task);
  }

  forget(task: ReadyTask): void {
    this.#watchers.delete(task);
  }

  /** A window of `size` items needs as many places on the way out. */
  widen(size: number): void {
    for (const edge of this.outputs) edge.expand(size);
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

  #refuse(edge: BoundedOutput | undefined): false {
    this.#refused = true;
    edge?.refuse();
    return false;
  }
}
