import { openCheckpoint } from '../weights/open-checkpoint.js';
import { isModelFile, zooModel, type Architecture } from './model-zoo.js';

/** Architectures of SAM's ViT by the width of its tokens. */
const byWidth = new Map<number | undefined, Architecture>([
  [768, 'vit-b'],
  [1024, 'vit-l'],
  [1280, 'vit-h'],
]);

/**
 * Which image encoder a model has, of the zoo by its name or of a file by its tensors' names and shapes; decoders fit embeddings of the encoder
 * that they were trained with. Nothing for a file without an encoder that is known. Throws what `openCheckpoint` throws.
 */
export async function encoderKind(model: string): Promise<string | undefined> {
  if (!isModelFile(model)) return zooModel(model).architecture;
  const { tensors, close } = await openCheckpoint(model);
  await close();
  if (tensors.has('image_encoder.patch_embed.seq.0.c.weight')) return 'tiny-vit';
  const width = tensors.get('image_encoder.pos_embed')?.shape.at(-1);
  return width === undefined ? undefined : (byWidth.get(width) ?? `a ViT that is ${String(width)} wide`);
}
