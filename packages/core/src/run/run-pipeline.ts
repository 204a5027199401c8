import { Observable, Subject, Subscription, type Subscriber } from 'rxjs';
import type { Container } from 'inversify';
import { causes } from '../errors/causes.js';
import { coreErrors } from '../errors/core-errors.js';
import { SluiceError } from '../errors/define-errors.js';
import type { PipelinePlan } from '../pipeline/plan.js';
import { packageIdentity, type PackageIdentity } from '../registry/package-identity.js';
import { packageRecord, type PackageRecord } from '../registry/package-integrity.js';
import { beginRun } from './begin-run.js';
import { described, logEvents } from './observers/log-events.js';
import type { ObservedRun, RunObserver } from './observers/run-observer.js';
import { writeDeadLetters, writeItems, writeSkipped } from './observers/write-lines.js';
import { writeManifest } from './observers/write-manifest.js';
import { writeMetrics } from './observers/write-metrics.js';
import { openStages, type Reuse } from './open-stages.js';
import { openLogWriter, openRunServices, type OpenLogWriter, type RunServices } from './resolve-services.js';
import type { RunEvent } from './run-event.js';
import type { RunFolder } from './run-folder.js';
import { runGraph, StageFailure, type GraphRun } from './run-graph.js';
import { openRunLogger, type LogLevel, type RunLogger } from './run-logger.js';
import { watchStandstill } from './watch-standstill.js';

export interface RunOptions {
  /** Folder that run folders are made in. */
  readonly runsDir: string;
  /** Folder of a run that ended early, to go on in it instead of making one. */
  readonly resume?: string;
  /** Services of the composition root; the run makes a container of its own below it. */
  readonly container?: Container;
  /** Cancels the run. */
  readonly signal?: AbortSignal;
  readonly now?: () => Date;
  /** Level of `log.jsonl`. @default 'info' */
  readonly logLevel?: LogLevel;
  /** Level of log lines on stderr. @default 'silent' */
  readonly consoleLevel?: LogLevel | 'silent';
  /** Takes the lines that would go to stderr, without their line breaks. */
  readonly consoleWrite?: (line: string) => void;
  /** More subscribers beside those that write the run folder. */
  readonly observers?: readonly RunObserver[];
  /** What only the caller knows, for the manifest: threads, versions. */
  readonly facts?: Readonly<Record<string, unknown>>;
  /** What of earlier work is used. @default all that is in the cache */
  readonly reuse?: Reuse;
  /** Items in flight on an edge at most, unless its consumer works on more at once. @default 8 */
  readonly bound?: number;
}

const observers: readonly RunObserver[] = [
  writeMetrics,
  writeSkipped,
  writeItems,
  writeDeadLetters,
  logEvents,
  writeManifest,
];

/**
 * Runs a pipeline when subscribed to. The last event is `run-finished` or `run-failed`, and then all files are on disk; the stream
 * itself only errors where the run folder could not be written. Unsubscribing cancels.
 */
export function runPipeline(plan: PipelinePlan, options: RunOptions): Observable<RunEvent> {
  return new Observable<RunEvent>((subscriber) => {
    const controller = new AbortController();
    let over = false;
    run(plan, options, controller, subscriber).then(
      () => {
        over = true;
        subscriber.complete();
      },
      (error: unknown) => {
        over = true;
        subscriber.error(error);
      },
    );
    return () => {
      if (!over) controller.abort(coreErrors.CANCELLED({ reason: 'nobody listens to it any more' }));
    };
  });
}

async function run(
  plan: PipelinePlan,
  options: RunOptions,
  controller: AbortController,
  subscriber: Subscriber<RunEvent>,
): Promise<void> {
  const now = options.now ?? (() => new Date());
  const startedAt = now();
  const begin = performance.now();
  const { folder, before, putBack } = await beginRun(plan, options, startedAt);
  const log = await openRunLogger({
    file: await folder.path('log.jsonl'),
    level: options.logLevel ?? 'info',
    console: options.consoleLevel ?? 'silent',
    ...(options.consoleWrite && { write: options.consoleWrite }),
  });
  const sluice = await packageIdentity(import.meta.url);
  const observed: ObservedRun = {
    plan,
    run: folder,
    logger: log.logger,
    now,
    startedAt,
    before,
    facts: options.facts ?? {},
    sluice: sluice && (await packageRecord(sluice)),
    packages: await recordsOf(plan.stages.map(({ id, package: identity }) => [id, identity])),
    servicePackages: await recordsOf(Object.entries(plan.servicePackages)),
  };
  const record = openRecord([...observers, ...(options.observers ?? [])], observed, controller);
  const emit = (event: RunEvent): void => {
    record.events.next(event);
    subscriber.next(event);
  };
  emit({
    type: 'run-started',
    run: folder.name,
    folder: folder.root,
    pipeline: plan.name,
    stages: plan.stages.map(({ id }) => id),
  });
  const scope: { log?: OpenLogWriter } = {};
  const outcome = await work(plan, options, folder, log, emit, controller, scope);
  const last: RunEvent =
    outcome.type === 'run-finished' ? { ...outcome, milliseconds: performance.now() - begin } : outcome;
  record.events.next(last);
  const broken = await record.close();
  if (last.type === 'run-failed' && hasChanged(last.error)) await putBack();
  await log.close().catch((error: unknown) => broken.push(error));
  await scope.log?.close().catch((error: unknown) => broken.push(error));
  subscriber.next(broken.length > 0 && last.type === 'run-finished' ? { type: 'run-failed', error: broken[0] } : last);
}

async function recordsOf(
  packages: readonly (readonly [string, PackageIdentity | undefined])[],
): Promise<ReadonlyMap<string, PackageRecord>> {
  const records = new Map<string, PackageRecord>();
  for (const [id, identity] of packages) {
    if (identity !== undefined) records.set(id, await packageRecord(identity));
  }
  return records;
}

/** The run can't go on as it was asked to; it can as it was. */
const hasChanged = (error: unknown): boolean =>
  causes(error).some((each) => each instanceof SluiceError && each.code === 'core/STATE_CHANGED');

type Outcome = Extract<RunEvent, { readonly type: 'run-finished' | 'run-failed' }>;

/** Everything between the first event and the last: services are made, stages wired, and all is given back whatever happens. */
async function work(
  plan: PipelinePlan,
  options: RunOptions,
  folder: RunFolder,
  log: RunLogger,
  emit: (event: RunEvent) => void,
  controller: AbortController,
  scope: { log?: OpenLogWriter },
): Promise<Outcome> {
  const cancel = (): void => controller.abort(coreErrors.CANCELLED({ reason: reasonOf(options.signal) }));
  options.signal?.addEventListener('abort', cancel, { once: true });
  if (options.signal?.aborted === true) cancel();
  const opened: { services?: RunServices; graph?: GraphRun } = {};
  let over = false;
  let outcome: Outcome;
  try {
    controller.signal.throwIfAborted();
    scope.log = await openLogWriter(plan.logModule, folder);
    log.relay(scope.log.writer);
    const report = (event: RunEvent): void => {
      if (!over) emit(event);
    };
    const services = (opened.services = await openRunServices(options.container, plan.modules, log.logger, {
      folder,
      note: (service, facts) => report({ type: 'service-noted', service, facts }),
    }));
    const { reuse = {} } = options;
    const { signal } = controller;
    const stages = await openStages({ plan, reuse, services, folder, log, emit: report, signal });
    const graph = (opened.graph = runGraph(stages, options.bound === undefined ? {} : { bound: options.bound }));
    await drive(graph, report, log, controller.signal);
    outcome = { type: 'run-finished', milliseconds: 0, edges: graph.statistics() };
  } catch (failure) {
    outcome = failed(failure);
    controller.abort(outcome.error);
  }
  over = true;
  options.signal?.removeEventListener('abort', cancel);
  if ((await opened.graph?.settled()) === false)
    log.logger.warn('some work of the run did not end when it was told to');
  try {
    await opened.services?.close();
  } catch (error) {
    if (outcome.type === 'run-finished') outcome = failed(error);
    else log.logger.warn('a service did not close', { error: described(error) });
  }
  return outcome;
}

function failed(failure: unknown): Extract<RunEvent, { readonly type: 'run-failed' }> {
  if (failure instanceof StageFailure) return { type: 'run-failed', error: failure.error, stage: failure.stage };
  const cancelled = failure instanceof SluiceError && failure.code === 'core/CANCELLED';
  return { type: 'run-failed', error: failure, ...(cancelled && { cancelled }) };
}

function reasonOf(signal: AbortSignal | undefined): string {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason.message : String(reason);
}

/** Resolves when every stage has finished; rejects with the first failure, or with the reason of an abort. */
async function drive(
  graph: GraphRun,
  emit: (event: RunEvent) => void,
  log: RunLogger,
  signal: AbortSignal,
): Promise<void> {
  const subscription = new Subscription();
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = reject as (failure: unknown) => void;
      const abort = (): void => fail(signal.reason);
      signal.addEventListener('abort', abort, { once: true });
      subscription.add(() => signal.removeEventListener('abort', abort));
      subscription.add(watchStandstill(graph, log.logger, fail));
      subscription.add(graph.events.subscribe({ next: emit, error: fail, complete: resolve }));
    });
  } finally {
    subscription.unsubscribe();
  }
}

interface RunRecord {
  readonly events: Subject<RunEvent>;
  /** Resolves, when all files are written, with what went wrong. */
  readonly close: () => Promise<unknown[]>;
}

/** Subscribes the observers; one that fails aborts the run. */
function openRecord(all: readonly RunObserver[], observed: ObservedRun, controller: AbortController): RunRecord {
  const events = new Subject<RunEvent>();
  const failures: unknown[] = [];
  const done = all.map((observer) =>
    observer(events, observed).catch((error: unknown) => {
      failures.push(error);
      controller.abort(error);
    }),
  );
  return {
    events,
    close: async () => {
      events.complete();
      await Promise.all(done);
      return failures;
    },
  };
}
