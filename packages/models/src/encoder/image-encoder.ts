import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import type { TensorEngine } from '../engines/tensor-engine.js';
import { float32Tensor } from '../engines/tensor.js';
import { modelErrors } from '../errors.js';
import { zooModel } from '../zoo/model-zoo.js';
import { encoderGraph, isCheckpointPath } from './encoder-graph.js';

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
const VERSION = 'token-major/2';

/**
 * SHA-256 (hex) of an encoder's weights, of a zoo model or of a checkpoint by its path, and of the way they are run: what an embedding
 * depends on besides its image.
 */
export function imageEncoderDigest(model: string): string {
  const weights = isCheckpointPath(model) ? sha256Of(model) : zooModel(model).encoder.sha256;
  return createHash('sha256').update(`${weights} ${VERSION}`).digest('hex');
}

/**
 * Opens the image encoder of a zoo model, or of a checkpoint by its path: its weights in a graph of our own. Throws
 * `models/UNKNOWN_MODEL`, `models/BAD_MODEL` and what reading the file throws.
 */
export async function openImageEncoder(
  engine: TensorEngine,
  model: string,
  { size = 1024 }: ImageEncoderOptions = {},
): Promise<ImageEncoder> {
  const executable = await engine.compile(await encoderGraph(model, size), { label: `the image encoder of ${model}` });
  return {
    model,
    encode: async (pixels) => {
      const { embedding } = await executable.run({ pixels: float32Tensor([1, 3, size, size], pixels) });
      return embedding!.data as Float32Array<ArrayBuffer>;
    },
    release: () => executable.release(),
  };
}

const digests = new Map<string, string>();

/** Of a file, read again only where its size or time has changed. */
function sha256Of(path: string): string {
  try {
    const { size, mtimeMs } = statSync(path);
    const state = `${path} ${String(size)} ${String(mtimeMs)}`;
    const digest = digests.get(state) ?? hashFile(path);
    digests.set(state, digest);
    return digest;
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw modelErrors.BAD_MODEL({ model: path, problem }, { cause });
  }
}

function hashFile(path: string): string {
  const hash = createHash('sha256');
  const chunk = new Uint8Array(2 ** 20);
  const file = openSync(path, 'r');
  try {
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) hash.update(chunk.subarray(0, read));
  } finally {
    closeSync(file);
  }
  return hash.digest('hex');
}
