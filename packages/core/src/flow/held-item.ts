import type { Delivery } from './flow-context.js';
import type { StageGate } from './stage-gate.js';

/** The edge or source that an item came from. */
export interface ItemOrigin {
  /** The stage is done with the item. */
  acknowledge(): void;
  /** So many items may be in flight. */
  widen(window: number): void;
  adopt?(stage: StageGate): void;
}

/** An item that may outlive the call that delivered it; that call is its first holder. */
export class HeldItem implements Delivery {
  readonly #origin: ItemOrigin;
  #reservedOn: StageGate | undefined;
  #holders = 1;
  #window = 0;

  /** A place on `reservedOn` goes with the item. */
  constructor(origin: ItemOrigin, reservedOn: StageGate | undefined) {
    this.#origin = origin;
    this.#reservedOn = reservedOn;
  }

  hold(window: number): void {
    this.#holders++;
    this.#window += window;
    this.#origin.widen(this.#window);
  }

  release(): void {
    if (--this.#holders > 0) return;
    this.unreserve();
    this.#origin.acknowledge();
  }

  unreserve(): void {
    this.#reservedOn?.unreserve();
    this.#reservedOn = undefined;
  }

  adopt(stage: StageGate): void {
    this.#origin.adopt?.(stage);
  }
}
