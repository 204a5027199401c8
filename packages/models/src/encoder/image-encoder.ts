import { createHash } from 'node:crypto';
import type { TensorEngine } from '../engines/tensor-engine.js';
import { float32Tensor } from '../engines/tensor.js';
import { zooModel } from '../zoo/model-zoo.js';
import { encoderGraph } from './encoder-graph.js';

/** A frozen image encoder in inference mode. */
export interface ImageEncoder {
  readonly model: string;
  /** Normalised pixels, RGB `[3, 1024, 1024]`, to an embedding, token-major `[4096, 256]`. */
  encode(pixels: Float32Array<ArrayBuffer>): Promise<Float32Array<ArrayBuffer>>;
  release(): Promise<void>;
}

/** Changes when the order of values in an embedding does, or how the encoder's graph computes them. */
const VERSION = 'token-major/2';

/** SHA-256 (hex) of a zoo model's encoder file and of the way it is run: what an embedding depends on besides its image. */
export function imageEncoderDigest(model: string): string {
  return createHash('sha256')
    .update(`${zooModel(model).encoder.sha256} ${VERSION}`)
    .digest('hex');
}

/**
 * Opens a zoo model's encoder: its file's weights in a graph of our own, which computes the same in less time. Throws
 * `models/UNKNOWN_MODEL` and what reading the file throws.
 */
export async function openImageEncoder(engine: TensorEngine, model: string): Promise<ImageEncoder> {
  const { size } = zooModel(model);
  const executable = await engine.compile(await encoderGraph(model), { label: `the image encoder of ${model}` });
  return {
    model,
    encode: async (pixels) => {
      const { embedding } = await executable.run({ pixels: float32Tensor([1, 3, size, size], pixels) });
      return embedding!.data as Float32Array<ArrayBuffer>;
    },
    release: () => executable.release(),
  };
}
