import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { BitMask, Prompt } from '@sluice/data';
import type { TrainItem } from '../train/train-item.js';
import { readSafetensors, type SafetensorsFile } from '../weights/safetensors.js';

const folder = new URL('../../../../../shared/golden/', import.meta.url);

/** PyTorch's tensors, kept beside the project; tests that need them are skipped where they are not. */
export const hasGolden = existsSync(folder);

export function golden(name: string): SafetensorsFile['tensors'] {
  return readSafetensors(readFileSync(new URL(`${name}.safetensors`, folder)), name).tensors;
}

/** A tensor's values, of any dtype. */
export function valuesOf(tensors: SafetensorsFile['tensors'], name: string): Float32Array<ArrayBuffer> {
  return Float32Array.from(tensors.get(name)!.data as ArrayLike<number>);
}

/** Losses by run, such as `low.sam`: a row of loss, focal, dice and IoU error a step. */
export function goldenLosses(run: string): readonly (readonly [number, number, number, number])[] {
  const path = fileURLToPath(new URL('decoder-train.json', folder));
  const { steps } = JSON.parse(readFileSync(path, 'utf8')) as {
    steps: Record<string, { rows: [number, number, number, number][] }>;
  };
  return steps[run]!.rows;
}

/** [1, 256, 64, 64] -> token-major [4096, 256] */
export function tokenMajor(map: Float32Array): Float32Array<ArrayBuffer> {
  const tokens = new Float32Array(map.length);
  for (let c = 0; c < 256; c++) for (let n = 0; n < 4096; n++) tokens[n * 256 + c] = map[c * 4096 + n]!;
  return tokens;
}

const image = { width: 2241, height: 1500 };
const boxes = [
  [270, 620, 1490, 1040],
  [670, 440, 1570, 1195],
  [1960, 780, 2200, 1200],
] as const;

/** Three boxes of one image; the masks wanted are the ellipses in them. */
export function goldenItem(): TrainItem {
  return {
    key: 'golden',
    embedding: tokenMajor(valuesOf(golden('decoder-forward'), 'image_embeddings')),
    image,
    frame: { size: 1024, width: 1024, height: 685 },
    prompts: boxes.map((box, i): Prompt => ({ instance: String(i), box })),
    masks: boxes.map(([x0, y0, x1, y1]) => ellipse((x0 + x1) / 2, (y0 + y1) / 2, (x1 - x0) / 2, (y1 - y0) / 2)),
  };
}

function ellipse(cx: number, cy: number, rx: number, ry: number): BitMask {
  const data = new Uint8Array(image.width * image.height);
  for (let y = 0; y < image.height; y++)
    for (let x = 0; x < image.width; x++)
      if (((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 <= 1) data[y * image.width + x] = 1;
  return { ...image, data };
}
