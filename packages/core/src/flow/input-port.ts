import { Observable, type Subscriber } from 'rxjs';
import type { Edge } from './edge.js';
import { withFlow, type Delivery, type FlowContext } from './flow-context.js';
import type { ReadyTask } from './ready-queue.js';
import type { StageGate } from './stage-gate.js';

/**
 * Hands the items of its edges (several are merged) to a stage, one at a time unless the stage holds items with a wider window.
 * A subscription to a feedback input may come and go, items wait meanwhile; other inputs are abandoned when they are left.
 */
export class InputPort {
  readonly edges: Edge[] = [];
  readonly stage: StageGate;
  readonly feedback: boolean;
  readonly stream: Observable<unknown>;
  readonly #task: ReadyTask;
  readonly #subscribers = new Set<Subscriber<unknown>>();
  #window = 1;
  #outstanding = 0;
  #turn = 0;
  #completed = false;

  constructor(stage: StageGate, feedback: boolean) {
    this.stage = stage;
    this.feedback = feedback;
    this.#task = { scheduled: false, drain: () => this.#drain() };
    this.stream = new Observable((subscriber) => this.#attach(subscriber));
    if (!feedback) stage.watch(this.#task);
  }

  schedule(): void {
    this.stage.queue.schedule(this.#task);
  }

  abandon(): void {
    for (const edge of this.edges) edge.abandon();
  }

  /** A delivery is over. */
  acknowledge(edge: Edge, reserved: boolean): void {
    this.#outstanding--;
    edge.acknowledge();
    if (reserved) this.stage.unreserve();
    this.schedule();
  }

  widen(window: number): void {
    if (window <= this.#window) return;
    this.#window = window;
    for (const edge of this.edges) edge.widen(window);
    if (!this.feedback) this.stage.widen(window);
  }

  #attach(subscriber: Subscriber<unknown>): () => void {
    if (this.#completed) {
      subscriber.complete();
      return () => undefined;
    }
    this.#subscribers.add(subscriber);
    this.schedule();
    return () => {
      this.#subscribers.delete(subscriber);
      if (this.#subscribers.size === 0 && !this.feedback && !this.#completed) this.abandon();
    };
  }

  #drain(): void {
    while (this.#subscribers.size > 0 && !this.#completed) {
      const edge = this.#next();
      if (edge === undefined) {
        if (this.edges.every((each) => each.exhausted)) this.#complete();
        return;
      }
      if (this.#outstanding >= this.#window || !(this.feedback || this.stage.hasRoom())) return;
      this.#deliver(edge);
    }
  }

  /** The edges take turns. */
  #next(): Edge | undefined {
    for (let i = 0; i < this.edges.length; i++) {
      const edge = this.edges[(this.#turn + i) % this.edges.length];
      if (edge !== undefined && edge.waiting > 0) {
        this.#turn = (this.#turn + i + 1) % this.edges.length;
        return edge;
      }
    }
    return undefined;
  }

  #deliver(edge: Edge): void {
    const item = edge.take();
    this.#outstanding++;
    const delivery = new EdgeDelivery(this, edge);
    if (!this.feedback) this.stage.reserve();
    const context: FlowContext = { stage: this.stage, delivery };
    withFlow(context, () => {
      for (const subscriber of this.#subscribers) subscriber.next(item);
    });
    delivery.release();
  }

  #complete(): void {
    this.#completed = true;
    withFlow({ stage: this.stage, delivery: undefined }, () => {
      for (const subscriber of this.#subscribers) subscriber.complete();
    });
  }
}

class EdgeDelivery implements Delivery {
  readonly #port: InputPort;
  readonly #edge: Edge;
  #holders = 1;
  #window = 0;
  #reserved: boolean;

  constructor(port: InputPort, edge: Edge) {
    this.#port = port;
    this.#edge = edge;
    this.#reserved = !port.feedback;
  }

  hold(window: number): void {
    this.#holders++;
    this.#window += window;
    this.#port.widen(this.#window);
  }

  release(): void {
    if (--this.#holders === 0) this.#port.acknowledge(this.#edge, this.#reserved);
  }

  unreserve(): void {
    if (!this.#reserved) return;
    this.#reserved = false;
    this.#port.stage.unreserve();
  }

  adopt(): void {
    // It came through a port of that stage.
  }
}
