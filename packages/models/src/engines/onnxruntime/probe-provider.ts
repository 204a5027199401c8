import { GraphBuilder } from '../../graph/graph-builder.js';
import { emitOnnx } from '../../onnx/emit-onnx.js';
import { refuseTelemetry } from './no-telemetry.js';

export interface ProviderProbe {
  /** Of onnxruntime. */
  readonly version: string;
  /** Time of four products of 512x512 matrices: where a GPU is drawn by software, far longer than the processor's own. */
  readonly milliseconds: number;
}

const SIZE = 512;
const PRODUCTS = 4;

/**
 * Loads onnxruntime and multiplies on one of its execution providers. Throws what onnxruntime says where that can't be
 * done; a broken driver may take the whole process down, so call it in one that nobody misses.
 */
export async function probeProvider(provider: string): Promise<ProviderProbe> {
  refuseTelemetry();
  const { InferenceSession, Tensor, env, listSupportedBackends } = await import('onnxruntime-node');
  const names = listSupportedBackends().map(({ name }) => name);
  if (!names.includes(provider)) throw new Error(`onnxruntime has ${names.join(', ')} on this platform`);
  const session = await InferenceSession.create(productModel(), {
    executionProviders: [provider],
    logSeverityLevel: 4,
  });
  const x = new Tensor('float32', new Float32Array(SIZE * SIZE).fill(1 / SIZE), [SIZE, SIZE]);
  let milliseconds = Infinity;
  for (let run = 0; run < 3; run++) {
    const begin = performance.now();
    const { y } = await session.run({ x });
    milliseconds = Math.min(milliseconds, performance.now() - begin);
    const found = Array.from((y?.data as Float32Array).subarray(0, 2));
    if (found.some((value) => Math.abs(value * SIZE - 1) > 1e-3)) {
      throw new Error(`a product of matrices came out as ${found.join(', ')}, not ${String(1 / SIZE)}`);
    }
  }
  await session.release();
  return { version: env.versions.node ?? env.versions.common, milliseconds };
}

/** y = x · x · x · x · x; a matrix of 1 / SIZE stays what it is. */
function productModel(): Uint8Array {
  const builder = new GraphBuilder();
  const x = builder.input('x', [SIZE, SIZE]);
  let y = x;
  for (let product = 0; product < PRODUCTS; product++) y = builder.emit('MatMul', [y, x]);
  return emitOnnx(builder.build({ y }));
}
