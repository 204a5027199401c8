import type { GraphBuilder } from '../graph/graph-builder.js';
import type { Value } from '../graph/graph.js';
import { GRID, LOW_RES, LOW_RES_PIXELS } from './shape.js';

/*
 * The decoder makes 2x2 tokens of each image token, twice, and leaves them beside each other. So its logits come in the order
 * (y, x), (dy, dx), (ey, ex), with row 4y + 2dy + ey and column 4x + 2dx + ex: *logit order*. Losses don't care about the order of
 * pixels, so targets are put into logit order instead of shuffling the decoder's large tensors.
 */

/** Position in logit order -> position in row-major order, for one 256x256 map. */
const rowMajorIndex: Uint32Array = (() => {
  const index = new Uint32Array(LOW_RES_PIXELS);
  let position = 0;
  for (let y = 0; y < GRID; y++)
    for (let x = 0; x < GRID; x++)
      for (let d = 0; d < 4; d++)
        for (let e = 0; e < 4; e++) {
          const row = 4 * y + 2 * (d >> 1) + (e >> 1);
          const column = 4 * x + 2 * (d & 1) + (e & 1);
          index[position++] = row * LOW_RES + column;
        }
  return index;
})();

/** Row-major [256, 256] -> logit order, into `out`. */
export function toLogitOrder(
  map: ArrayLike<number>,
  out: Float32Array = new Float32Array(LOW_RES_PIXELS),
): Float32Array {
  for (let i = 0; i < LOW_RES_PIXELS; i++) out[i] = map[rowMajorIndex[i]!]!;
  return out;
}

/** Logit order -> row-major [256, 256], into `out`. */
export function toRowMajor(
  logits: ArrayLike<number>,
  out: Float32Array<ArrayBuffer> = new Float32Array(LOW_RES_PIXELS),
): Float32Array<ArrayBuffer> {
  for (let i = 0; i < LOW_RES_PIXELS; i++) out[rowMajorIndex[i]!] = logits[i]!;
  return out;
}

/** The same in a graph: [prompts, LOW_RES_PIXELS] in logit order -> [prompts, LOW_RES, LOW_RES]. */
export function rowMajorMaps(builder: GraphBuilder, logits: Value): Value {
  const prompts = logits.shape[0]!;
  const apart = builder.emit('Reshape', [logits], { shape: [prompts, GRID, GRID, 2, 2, 2, 2] });
  const ordered = builder.emit('Transpose', [apart], { perm: [0, 1, 3, 5, 2, 4, 6] });
  return builder.emit('Reshape', [ordered], { shape: [prompts, LOW_RES, LOW_RES] });
}
