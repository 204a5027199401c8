import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { emitParts } from '../../onnx/emit-parts.js';
import { earlyValues } from '../../optimize/early-values.js';
import { optimizeGraph } from '../../optimize/optimize-graph.js';
import { freeMemory } from '../free-memory.js';
import type { TensorEngine } from '../tensor-engine.js';
import { workerEngine } from '../worker/worker-engine.js';
import { builtFile, openWorkerChannel } from '../worker/worker-channel.js';
import { refuseTelemetry } from './no-telemetry.js';
import type { LoadableModel, WorkerOptions } from './protocol.js';
import { engineName, type ProviderName } from './providers.js';

export interface OnnxRuntimeOptions {
  /** What computes; `unavailableProvider` tells whether it can. @default cpu */
  readonly provider?: ProviderName;
  /** Threads of one operator. @default the processors that this process may use */
  readonly threads?: number;
  /** While a graph runs, its threads spin for their next operator instead of sleeping: a tenth less time where operators are short. @default true */
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
  const { provider = 'cpu', threads = availableParallelism(), spinning = true, arena = true, profile } = options;
  refuseTelemetry();
  const settings: WorkerOptions = { provider, threads, spinning, arena, profile };
  const channel = openWorkerChannel<LoadableModel>('onnxruntime', settings, builtFile('onnxruntime-worker'));
  const { load, allocate, dispose } = workerEngine('onnxruntime', channel);

  return {
    name: engineName(provider),
    version: onnxRuntimeVersion(),
    threads,
    cacheBound: provider === 'cpu',
    compile: async (graph, { label = 'graph', disposable = false } = {}) => {
      const optimized = optimizeGraph(graph, provider);
      const parts = emitParts(optimized, provider === 'cpu' ? earlyValues(optimized) : []);
      // Weights as constants are large: where they may, they move to the worker.
      const moved = disposable ? new Set(parts.data.map(({ bytes }) => bytes.buffer as ArrayBuffer)) : [];
      const loading = load(parts, label, [parts.model.buffer as ArrayBuffer, ...moved]);
      if (disposable)
        freeMemory([graph, optimized].flatMap(({ constants }) => constants.map(({ data }) => data.buffer)));
      return loading;
    },
    loadModel: (model, { label = typeof model === 'string' ? model : 'model' } = {}) =>
      load(typeof model === 'string' ? model : { model, data: [] }, label),
    allocate,
    dispose,
  };
}

/** Read from its package: the library itself is loaded in the worker alone. */
export function onnxRuntimeVersion(): string {
  return (createRequire(import.meta.url)('onnxruntime-node/package.json') as { readonly version: string }).version;
}
