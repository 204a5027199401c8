import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Frame, ImageRef, ModelInput, Sample } from '../contracts.js';
import { dataErrors } from '../errors.js';
import { frameOf } from './frame.js';
import { sharpCodec, type ImageCodec } from './image-codec.js';
import { prepareImage, type PreprocessMode } from './prepare-image.js';

/** Raise it when `prepareImage` gives other pixels than before: stored embeddings are then made anew. */
const PREPROCESSING_VERSION = 1;

export interface ModelInputOptions {
  /** Side of the square. @default 1024 */
  readonly size?: number;
  /** @default 'sam', as clients of the exported model prepare their images */
  readonly mode?: PreprocessMode;
  /** @default sharp */
  readonly codec?: Pick<ImageCodec, 'name' | 'decode'>;
}

/** A sample's image for the encoder. Reads the file once for its digest; pixels are decoded by `load` alone. */
export async function modelInputOf(
  { key, subset, image }: Pick<Sample, 'key' | 'subset' | 'image'>,
  { size = 1024, mode = 'sam', codec = sharpCodec }: ModelInputOptions = {},
): Promise<ModelInput> {
  const frame = frameOf(image.width, image.height, size);
  const digest = await imageDigest(image, frame, mode, codec.name);
  return { key, subset, image, frame, digest, load: () => prepareImage(image, frame, mode, codec) };
}

/** SHA-256 (hex) of the file's bytes and of all that shapes the pixels; the file's place doesn't matter. */
export async function imageDigest(
  image: ImageRef,
  frame: Frame,
  mode: PreprocessMode,
  codec: string = sharpCodec.name,
): Promise<string> {
  const file = createHash('sha256');
  await pipeline(createReadStream(image.path), file).catch((cause: unknown) => {
    throw dataErrors.IMAGE_UNREADABLE({ path: image.path, reason: String(cause) }, { cause });
  });
  const shape = [PREPROCESSING_VERSION, codec, mode, image.width, image.height, frame.size, frame.width, frame.height];
  return createHash('sha256')
    .update(JSON.stringify([file.digest('hex'), ...shape, ...(image.flip ? [image.flip] : [])]))
    .digest('hex');
}
