import { createRequire } from 'node:module';
import type { Tf } from './tf.js';

/** What TensorFlow.js computes on: native code, WebAssembly, plain JavaScript. */
export type TfjsBackend = 'tensorflow' | 'wasm' | 'cpu';

/** A package to load, by its entry's file. */
export interface BackendEntry {
  readonly backend: TfjsBackend;
  readonly file: string;
}

export interface LoadedBackend {
  readonly tf: Tf;
  /** The version of TensorFlow.js and all else that its bytes may depend on. */
  readonly version: string;
}

type NativeBackend = { readonly binding?: { readonly TF_Version?: string }; readonly isUsingGpuDevice?: boolean };

/** Loads a backend into this thread. Throws what its package throws, such as that its library is missing. */
export async function loadBackend({ backend, file }: BackendEntry): Promise<LoadedBackend> {
  const require = createRequire(file);
  if (backend === 'tensorflow') mendUtil(require('node:util') as Record<string, unknown>);
  const loaded = require(file) as Tf;
  // The very copy of the core that the backend has registered itself with.
  const tf = backend === 'tensorflow' ? loaded : (require('@tensorflow/tfjs-core') as Tf);
  if (!(await tf.setBackend(backend))) throw new Error(`its backend "${backend}" does not start`);
  await tf.ready();
  tf.enableProdMode();
  return { tf, version: `${tf.version_core} ${await detailOf(tf, backend)}` };
}

async function detailOf(tf: Tf, backend: TfjsBackend): Promise<string> {
  if (backend === 'cpu') return 'cpu';
  if (backend === 'wasm') return (await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')) ? 'wasm simd' : 'wasm';
  const { binding, isUsingGpuDevice } = tf.backend() as NativeBackend;
  return `tensorflow ${binding?.TF_Version ?? ''} ${isUsingGpuDevice ? 'gpu' : 'cpu'}`;
}

/** tfjs-node still calls two functions of `node:util` that Node 23 has removed. */
function mendUtil(util: Record<string, unknown>): void {
  util['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
  util['isArray'] ??= Array.isArray;
}
