import { Observable, type Subscriber } from 'rxjs';
import { currentFlow, withFlow, type Delivery, type FlowContext } from './flow-context.js';
import type { ReadyTask } from './ready-queue.js';
import type { StageGate } from './stage-gate.js';

/** What can be pulled from; a function gives every subscriber an iterator of its own. */
export type PullSource<T> = AsyncIterable<T> | Iterable<T> | (() => AsyncIterable<T> | Iterable<T>);

/** Pulls between looks at the clock, and the time after which timers and I/O get their turn. */
const PULLS_PER_LOOK = 32;
const MILLISECONDS_AT_A_TIME = 10;

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

class Puller<T> {
  readonly #subscriber: Subscriber<T>;
  #stage: StageGate | undefined;
  /** The item that this source expands, if any. */
  readonly #parent: Delivery | undefined;
  readonly #task: ReadyTask = { scheduled: false, drain: () => this.#pump() };
  readonly #iterator: AsyncIterator<T> | Iterator<T>;
  #window = 1;
  #outstanding = 0;
  #pumping = false;
  #pulling = false;
  /** The stage on which a place is reserved for the pull that is under way. */
  #reservedOn: StageGate | undefined;
  #ended = false;
  #stopped = false;
  #breath: NodeJS.Immediate | undefined;
  #pulls = 0;
  #since = performance.now();

  constructor(source: PullSource<T>, subscriber: Subscriber<T>) {
    const { stage, delivery } = currentFlow();
    this.#subscriber = subscriber;
    this.#stage = stage;
    this.#parent = delivery;
    const iterable = typeof source === 'function' ? source() : source;
    this.#iterator = Symbol.asyncIterator in iterable ? iterable[Symbol.asyncIterator]() : iterable[Symbol.iterator]();
    delivery?.hold(1);
    delivery?.unreserve();
  }

  start(): void {
    this.#stage?.watch(this.#task);
    this.wake();
  }

  wake(): void {
    if (this.#stage === undefined) this.#pump();
    else this.#stage.queue.schedule(this.#task);
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    clearImmediate(this.#breath);
    this.#stage?.forget(this.#task);
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
    this.#stage?.widen(window);
  }

  /** Subscribed to behind a promise, it could not know its stage. */
  adopt(stage: StageGate): void {
    if (this.#stage !== undefined || this.#stopped) return;
    this.#stage = stage;
    stage.watch(this.#task);
    stage.widen(this.#window);
  }

  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    this.#pullOn();
    this.#pumping = false;
  }

  #pullOn(): void {
    while (!this.#pulling && !this.#ended && !this.#stopped && this.#breath === undefined) {
      if (this.#outstanding >= this.#window || this.#stage?.hasRoom() === false || this.#needsBreath()) return;
      this.#pulling = true;
      this.#reserve();
      let step: IteratorResult<T> | Promise<IteratorResult<T>>;
      try {
        step = this.#iterator.next();
      } catch (error) {
        this.#fail(error);
        return;
      }
      if ('then' in step) {
        step.then(
          (result) => {
            this.#settle(result);
            this.#pump();
          },
          (error: unknown) => this.#fail(error),
        );
      } else {
        this.#settle(step);
      }
    }
  }

  #settle(result: IteratorResult<T>): void {
    this.#pulling = false;
    if (this.#stopped) return;
    if (result.done === true) {
      this.#ended = true;
      this.#unreserve();
      withFlow({ stage: this.#stage, delivery: undefined }, () => this.#subscriber.complete());
      return;
    }
    this.#outstanding++;
    // The place that was reserved for the pull belongs to the item from here on.
    const delivery = new PullDelivery(this, this.#reservedOn);
    this.#reservedOn = undefined;
    const context: FlowContext = { stage: this.#stage, delivery };
    withFlow(context, () => this.#subscriber.next(result.value));
    delivery.release();
  }

  #fail(error: unknown): void {
    this.#pulling = false;
    this.#ended = true;
    this.#unreserve();
    this.#subscriber.error(error);
  }

  #reserve(): void {
    this.#reservedOn = this.#stage;
    this.#stage?.reserve();
  }

  #unreserve(): void {
    this.#reservedOn?.unreserve();
    this.#reservedOn = undefined;
  }

  /** An iterator that never waits would keep timers and signals from ever being heard. */
  #needsBreath(): boolean {
    if (++this.#pulls % PULLS_PER_LOOK !== 0 || performance.now() - this.#since < MILLISECONDS_AT_A_TIME) return false;
    this.#breath = setImmediate(() => {
      this.#breath = undefined;
      this.#since = performance.now();
      this.#pump();
    });
    return true;
  }

  #close(): void {
    try {
      const closing = this.#iterator.return?.();
      if (closing !== undefined && 'then' in closing) {
        if (this.#stage === undefined) closing.then(undefined, () => undefined);
        else this.#stage.track(closing);
      }
    } catch {
      // Nobody listens any more.
    }
  }
}

class PullDelivery<T> implements Delivery {
  readonly #puller: Puller<T>;
  #holders = 1;
  #window = 0;
  #reservedOn: StageGate | undefined;

  constructor(puller: Puller<T>, reservedOn: StageGate | undefined) {
    this.#puller = puller;
    this.#reservedOn = reservedOn;
  }

  hold(window: number): void {
    this.#holders++;
    this.#window += window;
    this.#puller.widen(this.#window);
  }

  release(): void {
    if (--this.#holders > 0) return;
    this.unreserve();
    this.#puller.acknowledge();
  }

  unreserve(): void {
    this.#reservedOn?.unreserve();
    this.#reservedOn = undefined;
  }

  adopt(stage: StageGate): void {
    this.#puller.adopt(stage);
  }
}
