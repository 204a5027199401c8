import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { modelErrors } from '../../errors.js';
import { emitOnnx } from '../../onnx/emit-onnx.js';
import { optimizeGraph } from '../../optimize/optimize-graph.js';
import { checkFit, checkTensor } from '../check-tensor.js';
import type { Executable, Resident, TensorEngine } from '../tensor-engine.js';
import type { Tensor } from '../tensor.js';
import { refuseTelemetry } from './no-telemetry.js';
import { copyOf, numberOf, prepareRun } from './prepare-run.js';
import type { LoadedSession, RequestName, Requests } from './protocol.js';
import { engineName, type ProviderName } from './providers.js';
import { openWorkerChannel, type WorkerChannel } from './worker-channel.js';

export interface OnnxRuntimeOptions {
  /** What computes; `unavailableProvider` tells whether it can. @default cpu */
  readonly provider?: ProviderName;
  /** Threads of one operator. @default the processors that this process may use */
  readonly threads?: number;
  /** Idle threads spin for their next operator instead of sleeping. @default false */
  readonly spinning?: boolean;
  /** Keep freed memory for the next run: faster, but a run's peak stays allocated. @default true */
  readonly arena?: boolean;
  /** Write an operator profile for each executable when it is released, to files with this prefix. @default none */
  readonly profile?: string;
}

/**
 * The engine on onnxruntime-node's CPU provider. Its blocking calls are made in one worker thread, in the order of the requests.
 * The process may end while the engine is idle; `dispose` frees its memory before that.
 */
export function createOnnxRuntimeEngine(options: OnnxRuntimeOptions = {}): TensorEngine {
  const { provider = 'cpu', threads = availableParallelism(), spinning = false, arena = true, profile } = options;
  refuseTelemetry();
  const channel = openWorkerChannel({ provider, threads, spinning, arena, profile });
  const residents = new WeakMap<Resident, number>();

  const load = async (model: string | Uint8Array, label: string): Promise<Executable> => {
    const loaded = await inContext(channel, `loading ${label}`)('load', { model });
    return executable(channel, residents, label, loaded);
  };

  return {
    name: engineName(provider),
    version: libraryVersion(),
    threads,
    compile: async (graph, { label = 'graph' } = {}) => load(emitOnnx(optimizeGraph(graph, provider)), label),
    loadModel: (model, { label = typeof model === 'string' ? model : 'model' } = {}) => load(model, label),
    allocate: async (tensor) => {
      checkTensor(tensor, 'resident');
      const copy = copyOf(tensor);
      const number = await inContext(channel, 'allocating a tensor')('allocate', { tensor: copy }, [copy.data.buffer]);
      return resident(channel, residents, tensor, number);
    },
    dispose: channel.close,
  };
}

/** Read from its package: the library itself is loaded in the worker alone. */
function libraryVersion(): string {
  return (createRequire(import.meta.url)('onnxruntime-node/package.json') as { readonly version: string }).version;
}

function executable(
  channel: WorkerChannel,
  residents: WeakMap<Resident, number>,
  label: string,
  { session, inputs, outputs }: LoadedSession,
): Executable {
  const ports = { label, inputs, outputs };
  let released: Promise<void> | undefined;
  return {
    ...ports,
    run: async (feeds, into = {}) => {
      const { request, transfer } = prepareRun(ports, feeds, into, residents);
      return inContext(channel, `running ${label}`)('run', { session, ...request }, transfer);
    },
    release: () => (released ??= giveBack(channel, `releasing ${label}`, 'unload', { session })),
  };
}

function resident(
  channel: WorkerChannel,
  residents: WeakMap<Resident, number>,
  { dtype, shape }: Tensor,
  number: number,
): Resident {
  const where = `resident ${dtype} [${shape.join(', ')}]`;
  const self: Resident = {
    dtype,
    shape,
    write: async (tensor) => {
      checkFit(tensor, { name: 'value', dtype, shape }, `value for ${where}`);
      checkTensor(tensor, `value for ${where}`);
      const copy = copyOf(tensor);
      const body = { resident: numberOf(self, residents, where), tensor: copy };
      await inContext(channel, `writing ${where}`)('write', body, [copy.data.buffer]);
    },
    read: async () => inContext(channel, `reading ${where}`)('read', { resident: numberOf(self, residents, where) }),
    release: async () => {
      if (residents.delete(self)) await giveBack(channel, `releasing ${where}`, 'free', { resident: number });
    },
  };
  residents.set(self, number);
  return self;
}

/** Releases what the worker holds; an engine that has ended holds nothing any more. */
async function giveBack<K extends 'unload' | 'free'>(
  channel: WorkerChannel,
  action: string,
  request: K,
  body: Requests[K]['in'],
): Promise<void> {
  if (!channel.ended()) await inContext(channel, action)(request, body);
}

/** `ask`, whose failures say what the engine was doing. */
function inContext(channel: WorkerChannel, action: string) {
  return async <K extends RequestName>(
    request: K,
    body: Requests[K]['in'],
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<Requests[K]['out']> => {
    try {
      return await channel.ask(request, body, transfer);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw modelErrors.ENGINE_FAILED({ engine: 'onnxruntime', action, reason }, { cause: error });
    }
  };
}
