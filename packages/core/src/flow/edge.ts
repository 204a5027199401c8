import type { EdgeStatistics } from '../run/run-event.js';
import type { Delivery, FlowContext } from './flow-context.js';
import { HeldItem, type ItemOrigin } from './held-item.js';
import { ItemQueue } from './item-queue.js';
import type { ReadyQueue } from './ready-queue.js';
import type { StageGate } from './stage-gate.js';

/** Who takes items: the stage's subscriber. */
export interface ItemTarget {
  next(item: unknown): void;
}

/** What an edge asks of the input port that it leads to. */
export interface EdgeConsumer {
  readonly stage: StageGate;
  readonly feedback: boolean;
  readonly edges: Edge[];
  schedule(): void;
  /** So many more (or fewer) items wait. */
  count(change: number): void;
  /** The stage holds an item. */
  hold(): void;
  acknowledge(): void;
  widen(window: number): void;
}

export interface EdgeOptions {
  readonly bound: number;
  /** Items may be handed over on the call stack. */
  readonly direct: boolean;
  readonly loop: ReadyQueue;
  readonly onAbandon: () => void;
}

/**
 * Items of one output port on their way to one input port: those that wait and those that the consumer holds. An item is handed over on
 * the call stack where the consumer is free, and is only counted as in flight when it outlives that call.
 */
export class Edge implements FlowContext, ItemOrigin {
  readonly name: string;
  readonly producer: StageGate;
  /** The stage that the edge leads to. */
  readonly stage: StageGate;
  readonly #port: EdgeConsumer;
  readonly #loop: ReadyQueue;
  readonly #direct: boolean;
  readonly #onAbandon: () => void;
  readonly #queue = new ItemQueue<unknown>();
  /** Takes the next item at once; none where it has to wait, or to go by the queue in any case. */
  #target: ItemTarget | undefined;
  #delivering = false;
  /** The item that the stage is being called with, if anybody has asked for it. */
  #held: HeldItem | undefined;
  #bound: number;
  #inFlight = 0;
  #items = 0;
  #peak = 0;
  #completed = false;
  #abandoned = false;
  #waited = 0;
  #refusedAt: number | undefined;

  constructor(name: string, producer: StageGate, port: EdgeConsumer, { bound, direct, loop, onAbandon }: EdgeOptions) {
    this.name = name;
    this.producer = producer;
    this.stage = port.stage;
    this.#port = port;
    this.#loop = loop;
    this.#direct = direct && !port.feedback;
    this.#bound = bound;
    this.#onAbandon = onAbandon;
    port.edges.push(this);
    if (!port.feedback) producer.outputs.push(this);
  }

  get bound(): number {
    return this.#bound;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get waiting(): number {
    return this.#queue.size;
  }

  /** All has been delivered and nothing more will come. */
  get exhausted(): boolean {
    return this.#completed && this.#queue.size === 0;
  }

  get abandoned(): boolean {
    return this.#abandoned;
  }

  get delivery(): Delivery {
    return (this.#held ??= this.#hold());
  }

  push(item: unknown): void {
    const target = this.#target;
    if (target !== undefined && !this.#delivering && this.#loop.running && this.stage.admits()) {
      this.#items++;
      this.#deliver(item, target);
    } else if (!this.#abandoned) {
      this.#items++;
      this.#count(1);
      this.#queue.push(item);
      this.#port.count(1);
      this.#port.schedule();
    }
  }

  complete(): void {
    this.#completed = true;
    this.#port.schedule();
  }

  /** Hands over the item that has waited longest. */
  deliver(target: ItemTarget): void {
    this.#count(-1);
    this.#port.count(-1);
    if (!this.#deliver(this.#queue.shift(), target)) this.#relent();
  }

  /** From now on `target` takes items at once, or nobody does. */
  offer(target: ItemTarget | undefined): void {
    if (this.#direct) this.#target = target;
  }

  acknowledge(): void {
    this.#count(-1);
    this.#relent();
    this.#port.acknowledge();
  }

  refuse(): void {
    this.#refusedAt ??= performance.now();
  }

  /** The consumer wants no more: what waits and what comes is dropped, and the producer is never held up by it again. */
  abandon(): void {
    if (this.#abandoned || this.exhausted) return;
    this.#abandoned = true;
    this.#count(-this.#queue.size);
    this.#port.count(-this.#queue.size);
    this.#queue.clear();
    this.#relent();
    this.#onAbandon();
  }

  /** The consumer works on more items at once. */
  widen(window: number): void {
    this.#port.widen(window);
  }

  expand(bound: number): void {
    if (bound <= this.#bound) return;
    this.#bound = bound;
    this.#relent();
  }

  statistics(): EdgeStatistics {
    const peak = Math.max(this.#peak, Math.min(this.#items, 1));
    const waited = this.#waited + (this.#refusedAt === undefined ? 0 : performance.now() - this.#refusedAt);
    return { edge: this.name, items: this.#items, peak, bound: this.#bound, waited };
  }

  /** Says whether somebody holds the item. */
  #deliver(item: unknown, target: ItemTarget): boolean {
    const loop = this.#loop;
    const before = loop.context;
    loop.context = this;
    this.#delivering = true;
    try {
      target.next(item);
    } finally {
      this.#delivering = false;
      loop.context = before;
    }
    const held = this.#held;
    if (held === undefined) return false;
    this.#held = undefined;
    held.release();
    return true;
  }

  /** The item is in flight from here on, and has a place reserved. */
  #hold(): HeldItem {
    const { stage } = this;
    this.#count(1);
    this.#port.hold();
    if (this.#port.feedback) return new HeldItem(this, undefined);
    stage.reserve();
    return new HeldItem(this, stage);
  }

  #count(change: number): void {
    this.#inFlight += change;
    if (this.#inFlight > this.#peak) this.#peak = this.#inFlight;
    if (!this.#port.feedback) this.producer.count(change);
  }

  /** There may be room again. */
  #relent(): void {
    if (this.#refusedAt !== undefined) {
      this.#waited += performance.now() - this.#refusedAt;
      this.#refusedAt = undefined;
    }
    this.producer.wake();
  }
}
