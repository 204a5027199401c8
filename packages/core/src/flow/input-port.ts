import { Observable, type Subscriber } from 'rxjs';
import type { Edge, EdgeConsumer, ItemTarget } from './edge.js';
import { withFlow } from './flow-context.js';
import type { ReadyTask } from './ready-task.js';
import type { StageGate } from './stage-gate.js';

/**
 * Hands the items of its edges (several are merged) to a stage, one at a time unless the stage holds items with a wider window.
 * A subscription to a feedback input may come and go, items wait meanwhile; other inputs are abandoned when they are left.
 */
export class InputPort implements EdgeConsumer {
  readonly edges: Edge[] = [];
  readonly stage: StageGate;
  readonly feedback: boolean;
  readonly stream: Observable<unknown>;
  readonly #task: ReadyTask;
  #subscribers: readonly Subscriber<unknown>[] = [];
  /** All subscribers at once; `undefined` without any. */
  #target: ItemTarget | undefined;
  #window = 1;
  /** Items that the stage holds. */
  #outstanding = 0;
  /** Items that wait on the edges. */
  #waiting = 0;
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

  /** Nothing more will come. */
  close(): void {
    if (this.#completed) return;
    this.#completed = true;
    withFlow({ stage: this.stage, delivery: undefined }, () => {
      for (const subscriber of this.#subscribers) subscriber.complete();
    });
  }

  /** So many more (or fewer) items wait. */
  count(change: number): void {
    this.#waiting += change;
    this.#offer();
  }

  hold(): void {
    this.#outstanding++;
    this.#offer();
  }

  acknowledge(): void {
    this.#outstanding--;
    this.#offer();
    if (this.#waiting > 0) this.schedule();
  }

  widen(window: number): void {
    if (window <= this.#window) return;
    this.#window = window;
    this.#offer();
    for (const edge of this.edges) edge.expand(window);
    if (!this.feedback) this.stage.widen(window);
  }

  #attach(subscriber: Subscriber<unknown>): () => void {
    if (this.#completed) {
      subscriber.complete();
      return () => undefined;
    }
    this.#subscribe([...this.#subscribers, subscriber]);
    this.schedule();
    return () => {
      this.#subscribe(this.#subscribers.filter((each) => each !== subscriber));
      if (this.#subscribers.length === 0 && !this.feedback && !this.#completed) this.abandon();
    };
  }

  #subscribe(subscribers: readonly Subscriber<unknown>[]): void {
    this.#subscribers = subscribers;
    this.#target = subscribers.length > 1 ? { next: (item) => emit(subscribers, item) } : subscribers[0];
    this.#offer();
  }

  /** An item that finds nothing before it need not wait. */
  #offer(): void {
    const free = this.#waiting === 0 && this.#outstanding < this.#window;
    for (const edge of this.edges) edge.offer(free ? this.#target : undefined);
  }

  #drain(): void {
    while (this.#waiting > 0) {
      if (this.#target === undefined || this.#outstanding >= this.#window) return;
      if (!this.feedback && !this.stage.admits()) return;
      this.#next().deliver(this.#target);
    }
    if (this.#target !== undefined && !this.#completed) this.#completeIfExhausted();
  }

  /** The edges take turns; one has items. */
  #next(): Edge {
    for (;;) {
      const edge = this.edges[this.#turn]!;
      this.#turn = (this.#turn + 1) % this.edges.length;
      if (edge.waiting > 0) return edge;
    }
  }

  #completeIfExhausted(): void {
    for (const edge of this.edges) if (!edge.exhausted) return;
    this.close();
  }
}

function emit(subscribers: readonly Subscriber<unknown>[], item: unknown): void {
  for (const subscriber of subscribers) subscriber.next(item);
}
