import { freeMemory } from '../engines/free-memory.js';
import type { TensorEngine } from '../engines/tensor-engine.js';
import { modelErrors } from '../errors.js';
import type { Graph } from '../graph/graph.js';
import { readOnnxFile } from '../onnx/read-onnx.js';
import { stagePorts, type EncoderPorts } from '../sam/encoders/encoder-ports.js';
import { tinyVit } from '../sam/tiny-vit/tiny-vit.js';
import { vit } from '../sam/vit/vit.js';
import { readTinyVit } from '../weights/read-tiny-vit.js';
import { readWeights } from '../weights/read-weights.js';
import type { Weights } from '../weights/weights.js';
import { resolveModelFile } from '../zoo/resolve-model-file.js';

/** 8 MB: two of them and what they are made from fit the caches of a processor. */
const HIDDEN_AT_ONCE = 2 ** 21;

/**
 * The graph of an image encoder, of a zoo model or of a checkpoint by its path: `pixels` [1, 3, size, size] to `embedding`
 * [(size / 16)², 256], or what `ports` says instead. For an engine that caches bound, TinyViT's large hidden maps are computed in groups of
 * channels, and ViT's perceptrons are convolutions.
 */
export async function encoderGraph(
  model: string,
  size: number,
  ports: EncoderPorts = stagePorts,
  { cacheBound = false }: Pick<TensorEngine, 'cacheBound'> = {},
): Promise<Graph> {
  if (size % 16 !== 0 || size <= 0) {
    const problem = `images of ${String(size)} pixels are not cut into patches of 16; take a multiple of 16`;
    throw modelErrors.BAD_MODEL({ model: `the image encoder of ${model}`, problem });
  }
  const path = await resolveModelFile(model, 'encoder');
  const weights = /\.onnx$/i.test(path)
    ? await readTinyVitFile(path)
    : await readWeights(path, (name) => name.startsWith('image_encoder.'));
  const graph = graphOf(weights, size, ports, cacheBound ? HIDDEN_AT_ONCE : Infinity);
  if (graph === undefined) {
    const problem = "it holds neither SAM's ViT nor MobileSAM's TinyViT under their names (image_encoder.*)";
    throw modelErrors.BAD_MODEL({ model: path, problem });
  }
  const kept = new Set(graph.constants.map(({ data }) => data.buffer));
  freeMemory([...weights.values()].map(({ data }) => data.buffer).filter((buffer) => !kept.has(buffer)));
  return graph;
}

function graphOf(weights: Weights, size: number, ports: EncoderPorts, hiddenAtOnce: number): Graph | undefined {
  if (weights.has('image_encoder.pos_embed')) return vit(weights, size, ports, hiddenAtOnce);
  if (weights.has('image_encoder.patch_embed.seq.0.c.weight')) return tinyVit(weights, size, ports, hiddenAtOnce);
  return undefined;
}

/** `readTinyVit` copies what it takes. */
async function readTinyVitFile(path: string): Promise<Weights> {
  const model = await readOnnxFile(path);
  const weights = readTinyVit(model, path);
  freeMemory(model.graph.initializer.flatMap(({ rawData }) => (rawData ? [rawData.buffer] : [])));
  return weights;
}
