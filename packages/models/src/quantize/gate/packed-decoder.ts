import type { Tensor } from '../../engines/tensor.js';
import { elementCount } from '../../graph/shape.js';
import { attributeTypes, dataTypes, type OnnxModel, type OnnxNode, type OnnxTensor } from '../../onnx/onnx-schema.js';
import { CHANNELS, GRID, LOW_RES } from '../../sam/shape.js';

/** Inputs of SAM's official decoder for a prompt of so many points, in the order in which they are packed. */
const inputsOf = (points: number): readonly (readonly [name: string, shape: readonly number[]])[] => [
  ['image_embeddings', [1, CHANNELS, GRID, GRID]],
  ['point_coords', [1, points, 2]],
  ['point_labels', [1, points]],
  ['mask_input', [1, 1, LOW_RES, LOW_RES]],
  ['has_mask_input', [1]],
  ['orig_im_size', [2]],
];

/** A decoder whose six inputs come as one, one after the other: `calibrate` feeds models of one input. Prompts have `points` points. */
export function packedDecoder(model: OnnxModel, points: number): OnnxModel {
  const inputs = inputsOf(points);
  const integers = (name: string, values: readonly number[]): OnnxTensor => ({
    ...{ name, dims: [values.length], dataType: dataTypes.int64 },
    rawData: new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
  });
  const sizes = inputs.map(([, shape]) => elementCount(shape));
  const split: OnnxNode = {
    ...{ name: 'packed/Split', opType: 'Split', input: ['packed', 'packed/sizes'] },
    output: inputs.map(([name]) => `packed/${name}`),
    attribute: [{ name: 'axis', i: 0, type: attributeTypes.int }],
  };
  const shaped = inputs.map(([name]): OnnxNode => {
    return { name: `packed/${name}/Reshape`, opType: 'Reshape', input: [`packed/${name}`, `packed/${name}/shape`], output: [name] }; // prettier-ignore
  });
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const shapes = inputs.map(([name, shape]) => integers(`packed/${name}/shape`, shape));
  return {
    ...model,
    graph: {
      ...model.graph,
      node: [split, ...shaped, ...model.graph.node],
      initializer: [...model.graph.initializer, integers('packed/sizes', sizes), ...shapes],
      input: [{ name: 'packed', type: { tensorType: { elemType: dataTypes.float32, shape: { dim: [{ dimValue: total }] } } } }], // prettier-ignore
    },
  };
}

/** What such a decoder is fed with for one prompt; one of fewer points is filled up with points that are none (label -1). */
export function packedFeeds(feeds: Readonly<Record<string, Tensor>>, points: number): Float32Array<ArrayBuffer> {
  const parts = inputsOf(points).map(([name, shape]) => {
    const values = new Float32Array(elementCount(shape)).fill(name === 'point_labels' ? -1 : 0);
    values.set(feeds[name]!.data as Float32Array);
    return values;
  });
  const packed = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let place = 0;
  for (const part of parts) {
    packed.set(part, place);
    place += part.length;
  }
  return packed;
}
