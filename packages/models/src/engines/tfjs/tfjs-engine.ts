import { availableParallelism } from 'node:os';
import type { Graph } from '../../graph/graph.js';
import { createOnnxRuntimeEngine, onnxRuntimeVersion } from '../onnxruntime/onnx-runtime-engine.js';
import type { TensorEngine } from '../tensor-engine.js';
import { builtFile, openWorkerChannel } from '../worker/worker-channel.js';
import { workerEngine } from '../worker/worker-engine.js';
import { describeBackend, findBackend, type FindBackendOptions, type FoundBackend } from './find-backend.js';
import type { BackendEntry } from './load-backend.js';

export interface TfjsOptions extends FindBackendOptions {
  /** Threads of one operator, on the native backend; the others have one. @default the processors that this process may use */
  readonly threads?: number | undefined;
  /** Takes what was chosen, and a sentence that says it. */
  readonly report?: (found: FoundBackend, sentence: string) => void;
}

/**
 * The engine on TensorFlow.js: interprets graphs as they are, operator by operator, in one worker thread. The first of its packages
 * that computes on this machine is taken. TensorFlow.js can't read ONNX files: onnxruntime runs them, and frozen models, from the first one on. Throws
 * `models/NO_TFJS`.
 */
export async function createTfjsEngine(options: TfjsOptions = {}): Promise<TensorEngine> {
  const { threads = availableParallelism(), report, ...where } = options;
  // TensorFlow reads these when it is loaded, and tfjs-node has no other way to say them.
  process.env['TF_NUM_INTRAOP_THREADS'] ??= String(threads);
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  const found = await findBackend(where);
  const { backend, file, version } = found;
  report?.(found, `TensorFlow.js computes with ${describeBackend(found)}; ONNX files are run by onnxruntime`);

  const entry: BackendEntry = { backend, file };
  const channel = openWorkerChannel<Graph>('tfjs', entry, builtFile('tfjs-worker'));
  const { load, allocate, dispose } = workerEngine('tfjs', channel);
  let onnx: TensorEngine | undefined;
  const onnxRuntime = (): TensorEngine => (onnx ??= createOnnxRuntimeEngine({ threads }));
  return {
    name: 'tfjs',
    version: `${version}, onnxruntime ${onnxRuntimeVersion()}`,
    threads: backend === 'tensorflow' ? threads : 1,
    compile: (graph, compileOptions = {}) =>
      compileOptions.frozen === true
        ? onnxRuntime().compile(graph, compileOptions)
        : load(graph, compileOptions.label ?? 'graph'),
    loadModel: (model, compileOptions) => onnxRuntime().loadModel(model, compileOptions),
    allocate,
    dispose: async () => {
      await dispose();
      await onnx?.dispose();
    },
  };
}
