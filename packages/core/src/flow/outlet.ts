import { Subscription, type Observer } from 'rxjs';
import type { Edge } from './edge.js';
import { adoptItem } from './flow-context.js';
import type { StageGate } from './stage-gate.js';

/** What an outlet tells the graph. */
export interface OutletEvents {
  /** Sees each item before it goes on. */
  readonly onItem?: ((item: unknown) => void) | undefined;
  readonly onError: (error: unknown) => void;
  readonly onComplete: () => void;
}

/**
 * Puts what a stage emits on an output port on all edges that leave it. RxJS takes an observer that is a `Subscription`, too, as it
 * is: without a net around each item, which would cost as much as an operator.
 */
export class Outlet extends Subscription implements Observer<unknown> {
  readonly #gate: StageGate;
  readonly #edges: readonly Edge[];
  readonly #only: Edge | undefined;
  readonly #events: OutletEvents;
  /** Nothing is to be done for an item but to put it on the edges. */
  #plain = false;
  #ended = false;

  constructor(gate: StageGate, edges: readonly Edge[], events: OutletEvents) {
    super();
    this.#gate = gate;
    this.#edges = edges;
    this.#only = edges.length === 1 ? edges[0] : undefined;
    this.#events = events;
    this.add(() => this.#end());
  }

  next(item: unknown): void {
    if (!this.#plain && !this.#look(item)) return;
    adoptItem(this.#gate);
    if (this.#only !== undefined) this.#only.push(item);
    else for (const edge of this.#edges) edge.push(item);
  }

  error(error: unknown): void {
    if (this.#ended) return;
    this.#end();
    this.#events.onError(error);
    this.unsubscribe();
  }

  complete(): void {
    if (this.#ended) return;
    this.#end();
    this.#events.onComplete();
    this.unsubscribe();
  }

  #look(item: unknown): boolean {
    if (this.#ended) return false;
    this.#gate.begin();
    const { onItem } = this.#events;
    this.#plain = onItem === undefined;
    onItem?.(item);
    return true;
  }

  #end(): void {
    this.#ended = true;
    this.#plain = false;
  }
}
