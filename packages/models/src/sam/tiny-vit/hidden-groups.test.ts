import { afterAll, expect, it } from 'vitest';
import { createOnnxRuntimeEngine } from '../../engines/onnxruntime/onnx-runtime-engine.js';
import { float32Tensor } from '../../engines/tensor.js';
import { GraphBuilder } from '../../graph/graph-builder.js';
import type { Graph, Value } from '../../graph/graph.js';
import type { WeightTensor } from '../../weights/weights.js';
import { frozenRoot, type Frozen } from '../encoders/frozen.js';
import { invertedBottleneck, patchEmbedding, patchMerging, perceptron } from './convolutions.js';

const engine = createOnnxRuntimeEngine({ threads: 1 });
afterAll(() => engine.dispose());

const wave = (count: number, pitch: number): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(i * pitch + pitch) / 2);

const tensor = (...shape: readonly number[]): WeightTensor => ({
  shape,
  data: wave(
    shape.reduce((product, size) => product * size, 1),
    shape.length + 0.7,
  ),
});

const convolutions = (layers: Readonly<Record<string, readonly number[]>>) =>
  Object.entries(layers).flatMap(([name, shape]): (readonly [string, WeightTensor])[] => [
    [`${name}.c.weight`, tensor(...shape)],
    [`${name}.c.bias`, tensor(shape[0]!)],
  ]);

/** 40 hidden channels: groups of 16, 16 and 8. */
const layers: readonly (readonly [string, (place: Frozen, x: Value) => Value, readonly (readonly [string, WeightTensor])[]])[] = [
  ['an embedding', patchEmbedding, convolutions({ 'seq.0': [40, 3, 3, 3], 'seq.2': [5, 40, 3, 3] })],
  ['a bottleneck', invertedBottleneck, convolutions({ conv1: [40, 3, 1, 1], conv2: [40, 1, 3, 3], conv3: [3, 40, 1, 1] })],
  ['a merging', patchMerging, convolutions({ conv1: [40, 3, 1, 1], conv2: [40, 1, 3, 3], conv3: [7, 40, 1, 1] })],
  [
    'a perceptron',
    (place, x) => perceptron(place, x, x),
    [
      ['fc1.weight', tensor(40, 3)],
      ['fc1.bias', tensor(40)],
      ['fc2.weight', tensor(3, 40)],
      ['fc2.bias', tensor(3)],
    ],
  ],
]; // prettier-ignore

it.each(layers)('gives the same for %s, in groups of channels and as a whole', async (_, layer, weights) => {
  const graphOf = (hiddenAtOnce: number): Graph => {
    const builder = new GraphBuilder();
    const place = frozenRoot(builder, new Map(weights), hiddenAtOnce);
    return builder.build({ y: layer(place, builder.input('x', [1, 3, 12, 12])) });
  };
  const run = async (graph: Graph) => {
    const executable = await engine.compile(graph);
    const { y } = await executable.run({ x: float32Tensor([1, 3, 12, 12], wave(3 * 144, 0.3)) });
    return { shape: y!.shape, data: y!.data as Float32Array };
  };
  const gelus = (graph: Graph) => graph.nodes.filter(({ op }) => op === 'Gelu').length;
  const [whole, grouped] = [graphOf(Infinity), graphOf(1)];
  expect(gelus(grouped)).toBeGreaterThan(gelus(whole) + 1);
  const [expected, found] = [await run(whole), await run(grouped)];
  expect(found.shape).toEqual(expected.shape);
  expect(Math.max(...expected.data.map(Math.abs))).toBeGreaterThan(0.1);
  expect(Math.max(...found.data.map((value, i) => Math.abs(value - expected.data[i]!)))).toBeLessThan(1e-5);
});
