import { Observable, type OperatorFunction, type Subscriber } from 'rxjs';
import { coreErrors } from '../errors/core-errors.js';
import { currentFlow, withFlow, type Delivery, type FlowContext } from './flow-context.js';
import { ItemQueue } from './item-queue.js';
import type { StageGate } from './stage-gate.js';

/**
 * Maps with at most `concurrency` items in flight and keeps their order. An item counts until its result is emitted, so that a slow
 * one holds up those behind it instead of letting results pile up. On a pipeline's edge, or behind `fromPull`, an item is
 * acknowledged when its result has been emitted: nothing waits in here. Behind any other observable the items that are early wait here.
 */
export function mapBounded<T, R>(
  project: (item: T, index: number) => Promise<R> | R,
  concurrency: number,
): OperatorFunction<T, R> {
  if (!Number.isInteger(concurrency) || concurrency < 1) throw coreErrors.BAD_CONCURRENCY({ concurrency });
  return (source) =>
    new Observable<R>((subscriber) => {
      const mapping = new Mapping(project, concurrency, subscriber);
      subscriber.add(() => mapping.stop());
      subscriber.add(
        source.subscribe({
          next: (item) => mapping.take(item),
          error: (error: unknown) => subscriber.error(error),
          complete: () => mapping.end(),
        }),
      );
    });
}

interface Slot<T, R> {
  readonly item: T;
  readonly delivery: Delivery | undefined;
  done: boolean;
  result: R | undefined;
}

class Mapping<T, R> {
  readonly #project: (item: T, index: number) => Promise<R> | R;
  readonly #concurrency: number;
  readonly #subscriber: Subscriber<R>;
  #stage: StageGate | undefined = currentFlow().stage;
  readonly #early = new ItemQueue<Slot<T, R>>();
  /** Started and not yet emitted, in order. */
  #started: Slot<T, R>[] = [];
  readonly #working = new Set<PromiseLike<unknown>>();
  #index = 0;
  #ended = false;
  #stopped = false;
  #emitting = false;

  constructor(project: (item: T, index: number) => Promise<R> | R, concurrency: number, subscriber: Subscriber<R>) {
    this.#project = project;
    this.#concurrency = concurrency;
    this.#subscriber = subscriber;
  }

  take(item: T): void {
    if (this.#stopped) return;
    const { stage, delivery } = currentFlow();
    this.#stage ??= stage;
    delivery?.hold(this.#concurrency);
    const slot: Slot<T, R> = { item, delivery, done: false, result: undefined };
    if (this.#started.length < this.#concurrency && this.#early.size === 0) this.#start(slot);
    else this.#early.push(slot);
    this.#emit();
  }

  end(): void {
    this.#ended = true;
    this.#finish();
  }

  /** Unsubscribed: nothing more is started; what works still is handed to the stage, which waits for it. */
  stop(): void {
    this.#stopped = true;
    const left = this.#started;
    this.#started = [];
    for (const work of this.#working) this.#stage?.track(work);
    for (const slot of left) slot.delivery?.release();
    while (this.#early.size > 0) this.#early.shift().delivery?.release();
  }

  #start(slot: Slot<T, R>): void {
    this.#started.push(slot);
    let result: Promise<R> | R;
    try {
      result = this.#project(slot.item, this.#index++);
    } catch (error) {
      this.#subscriber.error(error);
      return;
    }
    if (!isPromise(result)) {
      slot.done = true;
      slot.result = result;
      return;
    }
    const work = result.then(
      (value) => {
        this.#working.delete(work);
        slot.done = true;
        slot.result = value;
        this.#emit();
      },
      (error: unknown) => {
        this.#working.delete(work);
        this.#subscriber.error(error);
      },
    );
    this.#working.add(work);
  }

  /** Emits what is done at the head of the line, and starts as many early items. */
  #emit(): void {
    if (this.#emitting) return;
    this.#emitting = true;
    while (this.#started[0]?.done === true && !this.#stopped) {
      const slot = this.#started[0];
      const context: FlowContext = { stage: this.#stage, delivery: slot.delivery };
      withFlow(context, () => this.#subscriber.next(slot.result as R));
      if (this.#started[0] !== slot) break;
      this.#started.shift();
      slot.delivery?.release();
      while (this.#early.size > 0 && this.#started.length < this.#concurrency) this.#start(this.#early.shift());
    }
    this.#emitting = false;
    this.#finish();
  }

  #finish(): void {
    if (!this.#ended || this.#started.length > 0 || this.#early.size > 0 || this.#stopped) return;
    withFlow({ stage: this.#stage, delivery: undefined }, () => this.#subscriber.complete());
  }
}

function isPromise<R>(value: Promise<R> | R): value is Promise<R> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
