import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { emitOnnx } from '../../onnx/emit-onnx.js';
import { earlyValues } from '../../optimize/early-values.js';
import { optimizeGraph } from '../../optimize/optimize-graph.js';
import { freeMemory } from '../free-memory.js';
import type { TensorEngine } from '../tensor-engine.js';
import { workerEngine } from '../worker/worker-engine.js';
import { builtFile, openWorkerChannel } from '../worker/worker-channel.js';
import { refuseTelemetry } from './no-telemetry.js';
import type { WorkerOptions } from './protocol.js';
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
  const channel = openWorkerChannel<string | Uint8Array>('onnxruntime', settings, builtFile('onnxruntime-worker'));
  const { load, allocate, dispose } = workerEngine('onnxruntime', channel);

  return {
    name: engineName(provider),
    version: onnxRuntimeVersion(),
    threads,
    cacheBound: provider === 'cpu',
    compile: async (graph, { label = 'graph', disposable = false } = {}) => {
      const optimized = optimizeGraph(graph, provider);
      const model = emitOnnx(optimized, provider === 'cpu' ? earlyValues(optimized) : []);
      if (disposable)
        freeMemory([graph, optimized].flatMap(({ constants }) => constants.map(({ data }) => data.buffer)));
      // Weights as constants are large: their bytes move to the worker.
      return load(model, label, [model.buffer]);
    },
    loadModel: (model, { label = typeof model === 'string' ? model : 'model' } = {}) => load(model, label),
    allocate,
    dispose,
  };
}

/** Read from its package: the library itself is loaded in the worker alone. */
export function onnxRuntimeVersion(): string {
  return (createRequire(import.meta.url)('onnxruntime-node/package.json') as { readonly version: string }).version;
}
