import { Observable, type Subscriber } from 'rxjs';
import { currentFlow, enterFlow, withFlow, type Delivery, type FlowContext } from './flow-context.js';
import { HeldItem, type ItemOrigin } from './held-item.js';
import { ReadyQueue } from './ready-queue.js';
import type { ReadyTask, TaskQueue } from './ready-task.js';
import type { StageGate } from './stage-gate.js';

/** What can be pulled from; a function gives every subscriber an iterator of its own. */
export type PullSource<T> = AsyncIterable<T> | Iterable<T> | (() => AsyncIterable<T> | Iterable<T>);

/** Pulls after which others that are ready get their turn. */
const PULLS_PER_TURN = 16;

/**
 * Emits what an iterator yields. In a pipeline the next item is pulled only when every output edge of the stage has room; behind it
 * `mapBounded` limits how far it runs ahead. The iterator's `return()` is called on unsubscribe. Within a stage it may also expand an
 * item (`concatMap((item) => fromPull(parts(item)))`): the item is then acknowledged when the iterator has ended.
 */
export function fromPull<T>(source: PullSource<T>): Observable<T> {
  return new Observable<T>((subscriber) => {
    const puller = new Puller(source, subscriber);
    subscriber.add(() => puller.stop());
    puller.start();
  });
}

class Puller<T> implements FlowContext, ItemOrigin {
  stage: StageGate | undefined;
  readonly #subscriber: Subscriber<T>;
  /** The item that this source expands, if any. */
  readonly #parent: Delivery | undefined;
  readonly #task: ReadyTask = { scheduled: false, drain: () => this.#pump() };
  /** The run's; its own outside a run. */
  #queue: TaskQueue;
  /** Behind no stage, a queue of its own. */
  readonly #own: ReadyQueue | undefined;
  readonly #iterator: AsyncIterator<T> | Iterator<T>;
  /** Whether each step has to be waited for. */
  readonly #waits: boolean;
  #window = 1;
  /** Items that somebody holds. */
  #outstanding = 0;
  /** A pull or an emission is under way, or all is over. */
  #busy = false;
  /** The stage on which a place is reserved for the step that is waited for. */
  #reservedOn: StageGate | undefined;
  /** The item that is being emitted, if anybody has asked for it. */
  #held: HeldItem | undefined;
  #ended = false;
  #stopped = false;

  constructor(source: PullSource<T>, subscriber: Subscriber<T>) {
    const { stage, delivery } = currentFlow();
    this.#subscriber = subscriber;
    this.stage = stage;
    this.#own = stage === undefined ? new ReadyQueue() : undefined;
    this.#queue = stage?.queue ?? this.#own!;
    this.#parent = delivery;
    const iterable = typeof source === 'function' ? source() : source;
    this.#waits = Symbol.asyncIterator in iterable;
    this.#iterator = iteratorOf(iterable);
    delivery?.hold(1);
    delivery?.unreserve();
  }

  get delivery(): Delivery {
    return (this.#held ??= this.#hold());
  }

  start(): void {
    this.stage?.watch(this.#task);
    this.wake();
  }

  wake(): void {
    this.#queue.schedule(this.#task);
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    if (this.stage === undefined) this.#own?.stop();
    else this.stage.forget(this.#task);
    this.#unreserve();
    this.#parent?.release();
    if (!this.#ended) this.#close();
  }

  acknowledge(): void {
    this.#outstanding--;
    this.wake();
  }

  widen(window: number): void {
    if (window <= this.#window) return;
    this.#window = window;
    this.stage?.widen(window);
  }

  /** Subscribed to behind a promise, it could not know its stage. */
  adopt(stage: StageGate): void {
    if (this.stage !== undefined || this.#stopped) return;
    this.stage = stage;
    this.#queue = stage.queue;
    stage.watch(this.#task);
    stage.widen(this.#window);
  }

  #pump(): void {
    if (this.#busy) return;
    this.#busy = true;
    if (this.#waits) this.#pullNext(this.#iterator as AsyncIterator<T>);
    else this.#pullAll(this.#iterator as Iterator<T>);
  }

  #pullAll(iterator: Iterator<T>): void {
    for (let pulls = 0; this.#mayPull(); pulls++) {
      if (pulls === PULLS_PER_TURN) {
        this.wake();
        break;
      }
      let step: IteratorResult<T>;
      try {
        step = iterator.next();
      } catch (error) {
        this.#fail(error);
        return;
      }
      if (step.done === true) {
        this.#end();
        return;
      }
      this.#emit(step.value);
    }
    this.#busy = false;
  }

  #pullNext(iterator: AsyncIterator<T>): void {
    if (!this.#mayPull()) {
      this.#busy = false;
      return;
    }
    this.#reservedOn = this.stage;
    this.stage?.reserve();
    let step: PromiseLike<IteratorResult<T>>;
    try {
      step = iterator.next();
    } catch (error) {
      this.#fail(error);
      return;
    }
    step.then(
      (result) => this.#settle(result),
      (error: unknown) => this.#fail(error),
    );
  }

  #settle(result: IteratorResult<T>): void {
    if (this.#stopped) return;
    if (result.done === true) {
      this.#end();
      return;
    }
    this.#emit(result.value);
    this.#unreserve();
    this.#busy = false;
    this.wake();
  }

  #emit(item: T): void {
    const before = enterFlow(this);
    try {
      this.#subscriber.next(item);
    } finally {
      enterFlow(before);
    }
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    held.release();
  }

  /** From here on the item counts, and the place that was reserved for it, or another, belongs to it. */
  #hold(): HeldItem {
    this.#outstanding++;
    if (this.#reservedOn === undefined) this.stage?.reserve();
    this.#reservedOn = undefined;
    return new HeldItem(this, this.stage);
  }

  #end(): void {
    this.#ended = true;
    this.#unreserve();
    withFlow({ stage: this.stage, delivery: undefined }, () => this.#subscriber.complete());
  }

  #fail(error: unknown): void {
    this.#ended = true;
    this.#unreserve();
    this.#subscriber.error(error);
  }

  #unreserve(): void {
    this.#reservedOn?.unreserve();
    this.#reservedOn = undefined;
  }

  #mayPull(): boolean {
    if (this.#stopped || this.#outstanding >= this.#window) return false;
    return this.stage?.admits() !== false;
  }

  #close(): void {
    try {
      const closing = this.#iterator.return?.();
      if (closing !== undefined && 'then' in closing) {
        if (this.stage === undefined) closing.then(undefined, () => undefined);
        else this.stage.track(closing);
      }
    } catch {
      // Nobody listens any more.
    }
  }
}

function iteratorOf<T>(iterable: AsyncIterable<T> | Iterable<T>): AsyncIterator<T> | Iterator<T> {
  if (Symbol.asyncIterator in iterable) return iterable[Symbol.asyncIterator]();
  const isList = Array.isArray(iterable) && iterable[Symbol.iterator] === Array.prototype[Symbol.iterator];
  return isList ? elementsOf(iterable as readonly T[]) : iterable[Symbol.iterator]();
}

/** The iterator of a list, but without an object for each element. */
function elementsOf<T>(list: readonly T[]): Iterator<T> {
  const step: { done: boolean; value: T | undefined } = { done: false, value: undefined };
  let index = 0;
  return {
    next: () => {
      step.done = index >= list.length;
      step.value = list[index++];
      return step as IteratorResult<T>;
    },
  };
}
