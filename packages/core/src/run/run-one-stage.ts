import { isObservable, Subject, Subscription, type Observable } from 'rxjs';
import { fromPull } from '../flow/from-pull.js';
import type { Logger } from '../services/logger.js';
import { connectStage, inputPort, type AnyStage, type StreamRecord } from '../stage/any-stage.js';
import type { StageContext } from '../stage/stage-context.js';
import type { EdgeStatistics, StageEvent } from './run-event.js';
import type { RunFolder } from './run-folder.js';
import { runGraph, StageFailure, type GraphStage } from './run-graph.js';

export interface OneStage {
  readonly stage: AnyStage;
  /** Checked. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly services: Readonly<Record<string, unknown>>;
  /** By port: a list, an iterator, a stream, or a function of the output streams to close a loop. */
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly run: RunFolder;
  readonly bound?: number;
  readonly signal?: AbortSignal;
}

export interface OneStageResult {
  readonly outputs: Readonly<Record<string, unknown[]>>;
  readonly events: readonly StageEvent[];
  readonly edges: readonly EdgeStatistics[];
}

/** Runs one stage on bounded edges, as a pipeline does, until it has finished. Rejects with what the stage threw. */
export async function runOneStage(options: OneStage): Promise<OneStageResult> {
  const { stage, services, run, seed } = options;
  const events: StageEvent[] = [];
  const controller = new AbortController();
  const context: StageContext = {
    id: 'stage',
    seed,
    run,
    logger: silentLogger,
    report: (event) => events.push(event),
    signal: controller.signal,
  };

  const ports = Object.keys(stage.outputs);
  const outputs: Record<string, unknown[]> = Object.fromEntries(ports.map((port) => [port, []]));
  const streams = Object.fromEntries(ports.map((port) => [port, new Subject<unknown>()]));
  const inputs = Object.entries(options.inputs).filter(([, items]) => items !== undefined);
  const sources = inputs.map(([port, items]) => source(port, items, streams));
  const tested: GraphStage = {
    id: 'stage',
    inputs: Object.fromEntries(inputs.map(([port]) => [port, [{ stage: `input ${port}`, port: 'items' }]])),
    feedback: new Set(inputs.map(([port]) => port).filter((port) => isFeedback(stage, port))),
    connect: (connected) => connectStage(stage, options.options, services, context)(connected),
  };
  const graph = runGraph([...sources, tested], {
    ...(options.bound === undefined ? {} : { bound: options.bound }),
    onItem: (from, item) => {
      if (from.stage !== 'stage') return;
      outputs[from.port]?.push(item);
      streams[from.port]?.next(item);
    },
  });
  const subscription = new Subscription();
  const abort = (): void => controller.abort(options.signal?.reason);
  options.signal?.addEventListener('abort', abort);
  try {
    await new Promise<void>((resolve, reject) => {
      controller.signal.addEventListener('abort', () => reject(toError(controller.signal.reason)), { once: true });
      if (options.signal?.aborted === true) abort();
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
    options.signal?.removeEventListener('abort', abort);
    await graph.settled();
  }
  return { outputs, events, edges: graph.statistics() };
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

/** Says nothing. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
