import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Static } from '@sinclair/typebox';
import { isObservable, Subject, Subscription, type Observable } from 'rxjs';
import { coreErrors } from '../errors/core-errors.js';
import { fromPull } from '../flow/from-pull.js';
import { checkOptions } from '../options/check-options.js';
import { openRunFolder } from '../run/create-run-folder.js';
import type { EdgeStatistics, StageEvent } from '../run/run-event.js';
import type { RunFolder } from '../run/run-folder.js';
import { runGraph, StageFailure, type GraphStage } from '../run/run-graph.js';
import type { Logger } from '../services/logger.js';
import { connectStage, inputPort, type AnyStage, type StreamRecord } from '../stage/any-stage.js';
import type {
  InputPorts,
  ItemOf,
  OutputPorts,
  OutputStreams,
  Services,
  ServiceTokens,
  StageDefinition,
} from '../stage/define-stage.js';
import type { StageContext } from '../stage/stage-context.js';

/** Items for an input: a list, an iterator, a stream, or, to close a loop, a function of the stage's own output streams. */
export type TestInput<T, O> =
  Iterable<T> | AsyncIterable<T> | Observable<T> | ((outputs: OutputStreams<O>) => Observable<T>);

export interface StageTest<I, O, C, S> {
  /** As in `with:`; checked against the stage's schema, and defaults are filled in. */
  readonly options?: C;
  readonly services?: Services<S>;
  readonly inputs?: { readonly [K in keyof I]?: TestInput<ItemOf<I[K]>, O> };
  readonly seed?: number;
  /** Items in flight on each edge at most. */
  readonly bound?: number;
  /** Folder to run in; without it a temporary one, which goes when the process ends. */
  readonly folder?: string;
  readonly signal?: AbortSignal;
}

export interface StageTestResult<O> {
  readonly outputs: { readonly [K in keyof O]: ItemOf<O[K]>[] };
  readonly events: readonly StageEvent[];
  readonly run: RunFolder;
  readonly edges: readonly EdgeStatistics[];
}

/** Runs one stage on bounded edges, as a pipeline does, until it has finished. Rejects with what the stage threw. */
export async function runStage<
  I extends InputPorts,
  O extends OutputPorts,
  C extends StageDefinition['options'],
  S extends ServiceTokens,
>(
  definition: StageDefinition<I, O, C, S>,
  test: StageTest<I, O, Partial<Static<C>>, S> = {},
): Promise<StageTestResult<O>> {
  const stage: AnyStage = definition;
  const { value, problems } = checkOptions(stage.options, test.options);
  if (problems.length > 0) {
    throw coreErrors.BAD_OPTIONS({ stage: stage.type, problems: problems.map(({ message }) => message) });
  }
  const run = openRunFolder(test.folder ?? (await temporaryFolder()), 'test');
  const events: StageEvent[] = [];
  const controller = new AbortController();
  const context: StageContext = {
    id: 'stage',
    seed: test.seed ?? 0,
    run,
    logger: silentLogger,
    report: (event) => events.push(event),
    signal: controller.signal,
  };

  const ports = Object.keys(stage.outputs);
  const outputs: Record<string, unknown[]> = Object.fromEntries(ports.map((port) => [port, []]));
  const streams = Object.fromEntries(ports.map((port) => [port, new Subject<unknown>()]));
  const inputs = Object.entries(test.inputs ?? {}).filter(([, items]) => items !== undefined);
  const sources = inputs.map(([port, items]) => source(port, items, streams));
  const tested: GraphStage = {
    id: 'stage',
    inputs: Object.fromEntries(inputs.map(([port]) => [port, [{ stage: `input ${port}`, port: 'items' }]])),
    feedback: new Set(inputs.map(([port]) => port).filter((port) => isFeedback(stage, port))),
    connect: (connected) => connectStage(stage, value, test.services ?? {}, context)(connected),
  };
  const graph = runGraph([...sources, tested], {
    ...(test.bound === undefined ? {} : { bound: test.bound }),
    onItem: (from, item) => {
      if (from.stage !== 'stage') return;
      outputs[from.port]?.push(item);
      streams[from.port]?.next(item);
    },
  });
  const subscription = new Subscription();
  const abort = (): void => controller.abort(test.signal?.reason);
  test.signal?.addEventListener('abort', abort);
  try {
    await new Promise<void>((resolve, reject) => {
      controller.signal.addEventListener('abort', () => reject(toError(controller.signal.reason)), { once: true });
      if (test.signal?.aborted === true) abort();
      subscription.add(
        graph.events.subscribe({
          // A source that closes a loop need not end by itself.
          next: (event) => {
            if (event.type === 'stage-finished' && event.stage === 'stage') resolve();
          },
          error: (failure: unknown) => reject(toError(failure)),
        }),
      );
    });
  } catch (error) {
    controller.abort(error);
    throw error;
  } finally {
    subscription.unsubscribe();
    test.signal?.removeEventListener('abort', abort);
    await graph.settled();
  }
  return { outputs: outputs as StageTestResult<O>['outputs'], events, run, edges: graph.statistics() };
}

function source(port: string, items: unknown, streams: StreamRecord): GraphStage {
  const id = `input ${port}`;
  return { id, inputs: {}, feedback: new Set(), connect: () => ({ items: toObservable(items, streams) }) };
}

function toObservable(items: unknown, streams: StreamRecord): Observable<unknown> {
  if (isObservable(items)) return items;
  if (typeof items === 'function') return (items as (outputs: StreamRecord) => Observable<unknown>)(streams);
  return fromPull(items as Iterable<unknown> | AsyncIterable<unknown>);
}

function isFeedback(stage: AnyStage, port: string): boolean {
  const declared = stage.inputs[port];
  return declared !== undefined && inputPort(declared).feedback;
}

function toError(failure: unknown): Error {
  const cause = failure instanceof StageFailure ? failure.error : failure;
  return cause instanceof Error ? cause : new Error(String(cause));
}

/** Folders of this process; they go with it. */
let temporary: string[] | undefined;

async function temporaryFolder(): Promise<string> {
  const folders = (temporary ??= folderList());
  const folder = await mkdtemp(join(tmpdir(), 'sluice-stage-'));
  folders.push(folder);
  return folder;
}

function folderList(): string[] {
  const folders: string[] = [];
  process.once('exit', () => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });
  return folders;
}

const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
