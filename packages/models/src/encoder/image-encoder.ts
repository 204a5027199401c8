import { createHash } from 'node:crypto';
import type { TensorEngine } from '../engines/tensor-engine.js';
import { float32Tensor } from '../engines/tensor.js';
import { stagePorts } from '../sam/encoders/encoder-ports.js';
import { modelDigest } from '../zoo/resolve-model-file.js';
import { encoderGraph } from './encoder-graph.js';

/** A frozen image encoder in inference mode. */
export interface ImageEncoder {
  readonly model: string;
  /** Normalised pixels, RGB `[3, size, size]`, to an embedding, token-major `[(size / 16)², 256]`. */
  encode(pixels: Float32Array<ArrayBuffer>): Promise<Float32Array<ArrayBuffer>>;
  release(): Promise<void>;
}

export interface ImageEncoderOptions {
  /** Side of the square image in pixels, a multiple of 16. @default 1024 */
  readonly size?: number;
}

/** Raise it when the order of values in an embedding changes, or how the encoder's graph computes them. */
const VERSION = 'token-major/5';

/**
 * SHA-256 (hex) of an encoder's weights, of a zoo model or of a checkpoint by its path, and of the way they are run: what an embedding
 * depends on besides its image.
 */
export async function imageEncoderDigest(model: string): Promise<string> {
  return createHash('sha256')
    .update(`${await modelDigest(model, 'encoder')} ${VERSION}`)
    .digest('hex');
}

/**
 * Opens the image encoder of a zoo model, or of a checkpoint by its path: its weights in a graph of our own. Throws
 * `models/UNKNOWN_MODEL`, `models/BAD_MODEL` and what resolving and reading the file throws.
 */
export async function openImageEncoder(
  engine: TensorEngine,
  model: string,
  { size = 1024 }: ImageEncoderOptions = {},
): Promise<ImageEncoder> {
  const executable = await engine.compile(await encoderGraph(model, size, stagePorts, engine), {
    label: `the image encoder of ${model}`,
    frozen: true,
    disposable: true,
  });
  return {
    model,
    encode: async (pixels) => {
      const { embedding } = await executable.run({ pixels: float32Tensor([1, 3, size, size], pixels) });
      return embedding!.data as Float32Array<ArrayBuffer>;
    },
    release: () => executable.release(),
  };
}
