import { afterAll, expect, it } from 'vitest';
import { createOnnxRuntimeEngine } from '../../engines/onnxruntime/onnx-runtime-engine.js';
import { float32Tensor } from '../../engines/tensor.js';
import { GraphBuilder } from '../../graph/graph-builder.js';
import type { Weights } from '../../weights/weights.js';
import { attentionRows } from '../encoders/attention-rows.js';
import { frozenRoot } from '../encoders/frozen.js';
import { positionAttention } from './position-attention.js';

const engine = createOnnxRuntimeEngine({ threads: 1 });
afterAll(() => engine.dispose());

const [HEADS, SIZE] = [2, 3];
const CHANNELS = HEADS * SIZE;

const wave = (count: number, pitch: number): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(i * pitch + pitch));

const weightsOf = (side: number): Weights =>
  new Map(
    Object.entries({
      'qkv.weight': [3 * CHANNELS, CHANNELS],
      'qkv.bias': [3 * CHANNELS],
      'proj.weight': [CHANNELS, CHANNELS],
      'proj.bias': [CHANNELS],
      rel_pos_h: [2 * side - 1, SIZE],
      rel_pos_w: [2 * side - 1, SIZE],
    }).map(([name, shape], i) => [
      name,
      {
        shape,
        data: wave(
          shape.reduce((a, b) => a * b),
          0.7 + i / 10,
        ),
      },
    ]),
  );

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0);

/** As SAM's `Attention` and `window_partition` say it, one query at a time: padding is zeros before the projection. */
function attendedTo(x: Float32Array, grid: number, side: number, weights: Weights, token: number): readonly number[] {
  const of = (name: string) => weights.get(name)!.data;
  const linear = (row: ArrayLike<number>, name: string) =>
    Array.from(
      of(`${name}.bias`),
      (bias, o) => bias + dot(row, of(`${name}.weight`).subarray(o * CHANNELS, (o + 1) * CHANNELS)),
    );
  const tokenAt = (y: number, column: number) =>
    y < grid && column < grid
      ? x.subarray((y * grid + column) * CHANNELS, (y * grid + column + 1) * CHANNELS)
      : new Float32Array(CHANNELS);
  const [row, column] = [Math.floor(token / grid), token % grid];
  const [top, left] = [row - (row % side), column - (column % side)];
  const places = Array.from(
    { length: side * side },
    (_, i) => [top + Math.floor(i / side), left + (i % side)] as const,
  );
  const projected = places.map(([y, c]) => linear(tokenAt(y, c), 'qkv'));
  const own = linear(tokenAt(row, column), 'qkv');
  const heads = Array.from({ length: HEADS }, (_, head) => {
    const part = (vectors: readonly number[], which: number) =>
      vectors.slice((which * HEADS + head) * SIZE, (which * HEADS + head + 1) * SIZE);
    const distance = (name: string, apart: number) =>
      of(name).subarray((apart + side - 1) * SIZE, (apart + side) * SIZE);
    const query = part(own, 0);
    const powers = places.map(([y, c], at) =>
      Math.exp(
        dot(query, part(projected[at]!, 1)) / Math.sqrt(SIZE) +
          dot(query, distance('rel_pos_h', row - y)) +
          dot(query, distance('rel_pos_w', column - c)),
      ),
    );
    const total = powers.reduce((sum, power) => sum + power, 0);
    return Array.from({ length: SIZE }, (_, i) =>
      powers.reduce((sum, power, at) => sum + (power / total) * part(projected[at]!, 2)[i]!, 0),
    );
  });
  return linear(heads.flat(), 'proj');
}

it.each([
  ['windows', 6, 3],
  ['windows that reach beyond the grid', 7, 3],
  ['a window larger than the grid', 2, 3],
  ['a window whose relative positions are added', 33, 33],
  ['a window of more scores than are computed at a time, the last part a small one', 41, 41],
  ['large windows that reach beyond the grid', 35, 34],
])('attends in %s as the model does: a grid of %d, sides of %d', async (_, grid, side) => {
  const weights = weightsOf(side);
  const builder = new GraphBuilder();
  const rows = attentionRows(grid, side, HEADS, (part, token, head) => (token * 3 + part) * HEADS + head);
  const tokens = builder.input('x', [grid * grid, CHANNELS]);
  const executable = await engine.compile(
    builder.build({ y: positionAttention(frozenRoot(builder, weights), tokens, rows) }),
  );
  const x = wave(grid * grid * CHANNELS, 0.37);
  const { y } = await executable.run({ x: float32Tensor([grid * grid, CHANNELS], x) });
  const some = Array.from({ length: 9 }, (_, i) => Math.round((i / 8) * (grid * grid - 1)));
  const expected = some.flatMap((token) => attendedTo(x, grid, side, weights, token));
  expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(0.5);
  const found = some.flatMap((token) => [
    ...(y!.data as Float32Array).subarray(token * CHANNELS, (token + 1) * CHANNELS),
  ]);
  expect(Math.max(...found.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(1e-4);
});
