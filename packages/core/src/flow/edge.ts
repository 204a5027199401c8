import type { EdgeStatistics } from '../run/run-event.js';
import { ItemQueue } from './item-queue.js';
import type { StageGate } from './stage-gate.js';

/** What an edge asks of the input port that it leads to. */
export interface EdgeConsumer {
  readonly edges: Edge[];
  readonly feedback: boolean;
  schedule(): void;
}

/** Items of one output port on their way to one input port: those that wait and those that the consumer has not acknowledged. */
export class Edge {
  readonly name: string;
  readonly producer: StageGate;
  readonly consumer: EdgeConsumer;
  readonly #queue = new ItemQueue<unknown>();
  readonly #onAbandon: () => void;
  #bound: number;
  #outstanding = 0;
  #items = 0;
  #peak = 0;
  #completed = false;
  #abandoned = false;

  constructor(name: string, producer: StageGate, consumer: EdgeConsumer, bound: number, onAbandon: () => void) {
    this.name = name;
    this.producer = producer;
    this.consumer = consumer;
    this.#bound = bound;
    this.#onAbandon = onAbandon;
    consumer.edges.push(this);
    if (!consumer.feedback) producer.outputs.push(this);
  }

  get bound(): number {
    return this.#bound;
  }

  get inFlight(): number {
    return this.#queue.size + this.#outstanding;
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

  push(item: unknown): void {
    if (this.#abandoned) return;
    this.#queue.push(item);
    this.#items++;
    this.#peak = Math.max(this.#peak, this.inFlight);
    this.consumer.schedule();
  }

  complete(): void {
    this.#completed = true;
    this.consumer.schedule();
  }

  take(): unknown {
    this.#outstanding++;
    return this.#queue.shift();
  }

  acknowledge(): void {
    this.#outstanding--;
    this.producer.wake();
  }

  /** The consumer wants no more: what waits and what comes is dropped, and the producer is never held up by it again. */
  abandon(): void {
    if (this.#abandoned || this.exhausted) return;
    this.#abandoned = true;
    this.#queue.clear();
    this.producer.wake();
    this.#onAbandon();
  }

  widen(size: number): void {
    if (size <= this.#bound) return;
    this.#bound = size;
    this.producer.wake();
  }

  statistics(): EdgeStatistics {
    return { edge: this.name, items: this.#items, peak: this.#peak, bound: this.#bound };
  }
}
