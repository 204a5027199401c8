import { defer, filter, finalize, type Observable } from 'rxjs';
import { coreErrors } from '../errors/core-errors.js';
import { currentFlow } from '../flow/flow-context.js';
import { mapBounded } from '../flow/map-bounded.js';
import type { StreamRecord } from '../stage/any-stage.js';
import type { AnyItemWork, AnyItemWorker } from '../stage/item-work.js';
import type { StageContext } from '../stage/stage-context.js';
import { attemptWork } from './attempt.js';
import type { DeadLetter } from './dead-letter.js';
import { keptInMemory, type ItemCache } from './item-cache.js';
import { labelOf } from './item-label.js';
import { plainExecution, type StageExecution } from './stage-execution.js';

/** What a run adds to a stage's work on items. */
export interface ItemRun {
  readonly execution: StageExecution;
  /** Where a pure stage's results lie. */
  readonly cache?: ItemCache;
  readonly deadLetter: (letter: DeadLetter) => void;
  /** Digest of an item, for dead letters. */
  readonly digestOf: (item: unknown) => string | undefined;
  /** Which items to work on; the others are dropped. @default all */
  readonly accepts?: (digest: string | undefined) => boolean;
}

export interface OpenItemStage {
  readonly options: unknown;
  readonly services: unknown;
  readonly context: StageContext;
}

const DROPPED = Symbol('dropped');

const plainRun: ItemRun = { execution: plainExecution, deadLetter: () => undefined, digestOf: () => undefined };

/** Connects an item stage: one result an item, in order, as many at once as the run or the stage says. */
export function workOnItems(
  stage: AnyItemWork,
  opened: OpenItemStage,
  run: ItemRun = plainRun,
): (inputs: StreamRecord) => StreamRecord {
  const concurrency = run.execution.concurrency ?? stage.concurrency(opened.options);
  return (inputs) => {
    const items = inputs[stage.input];
    return items === undefined ? {} : { [stage.output]: results(items, stage, opened, run, concurrency) };
  };
}

function results(
  items: Observable<unknown>,
  stage: AnyItemWork,
  { options, services, context }: OpenItemStage,
  run: ItemRun,
  concurrency: number,
): Observable<unknown> {
  return defer(() => {
    const gate = currentFlow().stage;
    const worker = stage.open(options, services, stage.pure?.seeded === false ? withoutSeed(context) : context);
    const track = (work: Promise<unknown>): void => {
      work.catch(() => undefined);
      gate?.track(work);
    };
    const work =
      worker.result === undefined
        ? plainWork(worker, run, context, track)
        : pureWork(worker, stage, run, context, track);
    return items.pipe(
      mapBounded(work, concurrency),
      filter((result) => result !== DROPPED),
      finalize(() => track(Promise.resolve(worker.release?.()))),
    );
  });
}

type Work = (item: unknown, index: number) => unknown;
type Track = (work: Promise<unknown>) => void;

/** Attempts at an item so far. */
interface Tally {
  attempts: number;
}

/** Work whose result is the output item. */
function plainWork(worker: AnyItemWorker, run: ItemRun, context: StageContext, track: Track): Work {
  const { retry, timeoutMs } = run.execution;
  const simple = retry === undefined && timeoutMs === undefined;
  return guarded(run, context, (item, label, tally) =>
    simple
      ? worker.work(item, { signal: context.signal, attempt: 1 })
      : attemptWork((each) => worker.work(item, each), attemptOptions(run, context, label, tally, track)),
  );
}

/** Work whose result is kept; the output item is made of it. */
function pureWork(worker: AnyItemWorker, stage: AnyItemWork, run: ItemRun, context: StageContext, track: Track): Work {
  const cache = run.cache ?? keptInMemory(stage.pure!);
  return guarded(run, context, async (item, label, tally) => {
    const kept = await cache.kept(item, label, () =>
      attemptWork((each) => worker.work(item, each), attemptOptions(run, context, label, tally, track)),
    );
    return worker.result!(item, kept);
  });
}

/** Leaves out what the run does not ask for; an item that fails ends the run or becomes a dead letter. */
function guarded(
  run: ItemRun,
  { signal }: StageContext,
  work: (item: unknown, label: string, tally: Tally) => unknown,
): Work {
  const { execution, accepts, digestOf, deadLetter } = run;
  const failed = (error: unknown, item: unknown, label: string, { attempts }: Tally): typeof DROPPED => {
    if (signal.aborted) throw error;
    if (execution.onItemError === 'fail') throw coreErrors.ITEM_FAILED({ item: label }, { cause: error });
    deadLetter({ item: label, digest: digestOf(item), attempts, error });
    return DROPPED;
  };
  return (item, index) => {
    if (accepts !== undefined && !accepts(digestOf(item))) return DROPPED;
    const label = labelOf(item, index);
    const tally = { attempts: 1 };
    try {
      const result = work(item, label, tally);
      return result instanceof Promise ? result.catch((error: unknown) => failed(error, item, label, tally)) : result;
    } catch (error) {
      return failed(error, item, label, tally);
    }
  };
}

function attemptOptions(
  { execution: { retry, timeoutMs } }: ItemRun,
  { signal, logger }: StageContext,
  item: string,
  tally: Tally,
  onLate: Track,
): Parameters<typeof attemptWork>[1] {
  return {
    item,
    signal,
    onLate,
    ...(retry && { retry }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    onRetry: (error, attempt, waitMs) => {
      tally.attempts = attempt + 1;
      const times = `${String(attempt)} of ${String(retry?.attempts)}`;
      logger.warn(`item "${item}" failed, attempt ${times}; the next in ${String(waitMs)} ms`, {
        reason: reasonOf(error),
      });
    },
  };
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The context of a stage that says that the seed changes nothing. */
function withoutSeed(context: StageContext): StageContext {
  return Object.defineProperty({ ...context }, 'seed', {
    get: () => {
      throw coreErrors.UNDECLARED_SEED({ stage: context.id });
    },
  });
}
