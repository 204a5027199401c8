import { afterAll, expect, it } from 'vitest';
import { createOnnxRuntimeEngine } from '../../engines/onnxruntime/onnx-runtime-engine.js';
import { float32Tensor } from '../../engines/tensor.js';
import { GraphBuilder } from '../../graph/graph-builder.js';
import type { WeightTensor } from '../../weights/weights.js';
import { frozenRoot } from '../encoders/frozen.js';
import { toMap } from '../encoders/layout.js';
import { pointwise } from '../encoders/pointwise.js';
import { headsOutput } from './head-projections.js';
import { attentionWindows, windowAttention } from './window-attention.js';

const engine = createOnnxRuntimeEngine({ threads: 1 });
afterAll(() => engine.dispose());

const [HEADS, SIZE, SIDE] = [2, 3, 3];
const CHANNELS = HEADS * SIZE;
const EPSILON = 1e-5;

const wave = (count: number, pitch: number): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(i * pitch + pitch));

const weights = new Map<string, WeightTensor>(
  Object.entries({
    attention_biases: { shape: [HEADS, SIDE * SIDE], data: wave(HEADS * SIDE * SIDE, 1.3) },
    'norm.weight': { shape: [CHANNELS], data: wave(CHANNELS, 0.7) },
    'norm.bias': { shape: [CHANNELS], data: wave(CHANNELS, 1.1) },
    'qkv.weight': { shape: [3 * CHANNELS, CHANNELS], data: wave(3 * CHANNELS * CHANNELS, 0.9) },
    'qkv.bias': { shape: [3 * CHANNELS], data: wave(3 * CHANNELS, 1.7) },
    'proj.weight': { shape: [CHANNELS, CHANNELS], data: wave(CHANNELS * CHANNELS, 2.3) },
    'proj.bias': { shape: [CHANNELS], data: wave(CHANNELS, 0.4) },
  }),
);
const of = (name: string) => weights.get(name)!.data;

/** The model's own way, number by number: each window is filled up with zeros, which are normalised and attended to like others. */
function attendedTo(tokens: Float32Array, grid: number): number[] {
  const linear = (x: readonly number[], matrix: Float32Array, bias: Float32Array): number[] =>
    Array.from(bias, (start, row) => x.reduce((sum, value, i) => sum + value * matrix[row * x.length + i]!, start));
  const normal = (x: readonly number[]): number[] => {
    const mean = x.reduce((sum, value) => sum + value, 0) / CHANNELS;
    const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / CHANNELS;
    return x.map((value, i) => ((value - mean) / Math.sqrt(variance + EPSILON)) * of('norm.weight')[i]! + of('norm.bias')[i]!); // prettier-ignore
  };
  const vectorsAt = (y: number, x: number): number[] => {
    const start = (y * grid + x) * CHANNELS;
    const token =
      y < grid && x < grid ? [...tokens.subarray(start, start + CHANNELS)] : Array<number>(CHANNELS).fill(0);
    return linear(normal(token), of('qkv.weight'), of('qkv.bias'));
  };
  const result: number[] = [];
  for (let y = 0; y < grid; y++)
    for (let x = 0; x < grid; x++) {
      const query = vectorsAt(y, x);
      const places = Array.from({ length: SIDE * SIDE }, (_, i) => ({ y: y - (y % SIDE) + Math.floor(i / SIDE), x: x - (x % SIDE) + (i % SIDE) })); // prettier-ignore
      const heads = Array.from({ length: HEADS }, (_, head) => {
        const part = (vectors: readonly number[], which: number) => vectors.slice((head * 3 + which) * SIZE, (head * 3 + which + 1) * SIZE); // prettier-ignore
        const powers = places.map((place) => {
          const key = part(vectorsAt(place.y, place.x), 1);
          const product = part(query, 0).reduce((sum, value, i) => sum + value * key[i]!, 0);
          const distance = Math.abs(place.y - y) * SIDE + Math.abs(place.x - x);
          return Math.exp(product / Math.sqrt(SIZE) + of('attention_biases')[head * SIDE * SIDE + distance]!);
        });
        const total = powers.reduce((sum, power) => sum + power, 0);
        return Array.from({ length: SIZE }, (_, i) =>
          places.reduce((sum, place, at) => sum + (powers[at]! / total) * part(vectorsAt(place.y, place.x), 2)[i]!, 0),
        );
      });
      result.push(...linear(heads.flat(), of('proj.weight'), of('proj.bias')));
    }
  return result;
}

it.each([6, 7, 5, 2])('attends in windows of 3 as the model does, on a grid of %d', async (grid) => {
  const builder = new GraphBuilder();
  const place = frozenRoot(builder, weights);
  const tokens = builder.input('x', [grid * grid, CHANNELS]);
  const attended = windowAttention(place, tokens, attentionWindows(place, grid));
  const executable = await engine.compile(
    builder.build({ y: pointwise(headsOutput(place), toMap(builder, attended, grid)) }),
  );
  const x = wave(grid * grid * CHANNELS, 0.37);
  const { y } = await executable.run({ x: float32Tensor([grid * grid, CHANNELS], x) }); // [1, C, grid, grid]
  const expected = attendedTo(x, grid);
  expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(1);
  const found = expected.map((_, i) => y!.data[(i % CHANNELS) * grid * grid + Math.floor(i / CHANNELS)] as number);
  expect(Math.max(...found.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(1e-4);
});
