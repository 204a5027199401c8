import { writeFileSync } from 'node:fs';
import { loadSamWeights } from '../weights/load-sam-weights.js';
import { writeSafetensors } from '../weights/safetensors.js';
import type { WeightTensor } from '../weights/weights.js';

const [grid, window] = [64, 14] as const;

/** Of a head; SAM has 64. The number of heads follows from what `rel_pos` has and the width. */
const head = 8;

/**
 * Writes a checkpoint of SAM on a ViT with random weights: of SAM's form and image size, but `width` wide, with one block that attends in windows
 * and one that attends to the whole image, or as `sides`, what each block attends to, says. The decoder has SAM's shapes; only its values are
 * drawn, too.
 */
export async function writeTinyCheckpoint(
  file: string,
  sides: readonly number[] = [window, grid],
  width = 16,
): Promise<void> {
  const random = randomNumbers();
  const weights = new Map<string, WeightTensor>();
  const put = (name: string, shape: readonly number[], scale: number, centre = 0): void => {
    const count = shape.reduce((product, size) => product * size, 1);
    weights.set(name, { shape, data: Float32Array.from({ length: count }, () => centre + scale * random()) });
  };
  const layer = (name: string, ...shape: readonly number[]): void => {
    const inputs = shape.slice(1).reduce((product, size) => product * size, 1);
    const isNorm = shape.length === 1;
    put(`image_encoder.${name}.weight`, shape, isNorm ? 0.1 : 1 / Math.sqrt(inputs), isNorm ? 1 : 0);
    if (!name.startsWith('neck.') || isNorm) put(`image_encoder.${name}.bias`, [shape[0]!], 0.1);
  };
  put('image_encoder.pos_embed', [1, grid, grid, width], 0.5);
  layer('patch_embed.proj', width, 3, 16, 16);
  sides.forEach((side, i) => {
    const block = `blocks.${String(i)}`;
    layer(`${block}.norm1`, width);
    layer(`${block}.attn.qkv`, 3 * width, width);
    layer(`${block}.attn.proj`, width, width);
    put(`image_encoder.${block}.attn.rel_pos_h`, [2 * side - 1, head], 0.1);
    put(`image_encoder.${block}.attn.rel_pos_w`, [2 * side - 1, head], 0.1);
    layer(`${block}.norm2`, width);
    layer(`${block}.mlp.lin1`, 4 * width, width);
    layer(`${block}.mlp.lin2`, width, 4 * width);
  });
  layer('neck.0', 256, width, 1, 1);
  layer('neck.1', 256);
  layer('neck.2', 256, 256, 3, 3);
  layer('neck.3', 256);
  for (const [name, { shape, data }] of await loadSamWeights('sam-tiny-vit')) {
    const scale = Math.sqrt(data.reduce((sum, value) => sum + value ** 2, 0) / data.length);
    put(name, shape, scale);
  }
  writeFileSync(file, writeSafetensors(weights));
}

/** Uniform, with mean 0 and variance 1; the same each time. */
function randomNumbers(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32 - 0.5) * Math.sqrt(12);
  };
}
