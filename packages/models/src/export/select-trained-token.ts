import { modelErrors } from '../errors.js';
import type { OnnxModel, OnnxNode, OnnxTensor } from '../onnx/onnx-schema.js';
import { float32Values } from '../onnx/tensor-values.js';

/** So far below any number of points that token 0 leads by a billion, whatever IoU the decoder predicts for the others. */
const ALWAYS = -1e6;

/**
 * Makes a decoder answer with mask token 0, the one that fine-tuning trains, whatever the prompt is; in place. SAM's export
 * chooses by `ArgMax(iou + (points - 2.5) * [1000, 0, 0, 0])`, so a single box or point is answered by an untrained token. Here 2.5
 * becomes -1,000,000; names and structure stay. Throws `models/BAD_MODEL` unless exactly one such choice is found.
 */
export function selectTrainedToken({ graph }: OnnxModel, path: string): void {
  const producers = new Map(graph.node.flatMap((node) => node.output.map((output) => [output, node])));
  const choices = graph.node
    .filter(({ opType }) => opType === 'ArgMax')
    .map(({ input: [scores] }) => thresholdOf(producers, scores, path))
    .filter((threshold) => threshold !== undefined);
  const [threshold] = choices;
  if (choices.length !== 1 || threshold === undefined) {
    const problem = `expected one choice of a mask token by number of points, found ${String(choices.length)}`;
    throw modelErrors.BAD_MODEL({ model: path, problem });
  }
  threshold.rawData = new Uint8Array(Float32Array.of(ALWAYS).buffer);
  threshold.floatData = [];
}

type Producers = ReadonlyMap<string, OnnxNode>;

/** The constant 2.5 of `scores = iou + (points - 2.5) * [k, 0, 0, 0]`; `undefined` where the scores are made otherwise. */
function thresholdOf(producers: Producers, scores: string | undefined, path: string): OnnxTensor | undefined {
  const add = producerOf(producers, scores, 'Add');
  for (const term of add?.input ?? []) {
    const product = producerOf(producers, term, 'Mul');
    const constants = product?.input.map((input) => valuesOf(producers, input, path)) ?? [];
    const favour = constants.findIndex((values) => values?.length === 4 && isFirstOnly(values));
    if (product === undefined || favour === -1) continue;
    const difference = producerOf(producers, product.input[1 - favour], 'Sub');
    const threshold = difference?.input[1];
    if (valuesOf(producers, threshold, path)?.length === 1) return constantOf(producers, threshold);
  }
  return undefined;
}

const isFirstOnly = ([first, ...others]: ArrayLike<number> & Iterable<number>): boolean =>
  first! > 0 && others.every((value) => value === 0);

function producerOf(producers: Producers, name: string | undefined, opType: string): OnnxNode | undefined {
  const node = name === undefined ? undefined : producers.get(name);
  return node?.opType === opType ? node : undefined;
}

function constantOf(producers: Producers, name: string | undefined): OnnxTensor | undefined {
  return producerOf(producers, name, 'Constant')?.attribute?.find((attribute) => attribute.name === 'value')?.t;
}

function valuesOf(producers: Producers, name: string | undefined, path: string): Float32Array | undefined {
  const tensor = constantOf(producers, name);
  return tensor?.dataType === 1 ? float32Values(tensor, path).data : undefined;
}
