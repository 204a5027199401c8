import type { Graph } from '../graph/graph.js';
import { readOnnxFile } from '../onnx/read-onnx.js';
import { tinyVit } from '../sam/tiny-vit/tiny-vit.js';
import { readTinyVit } from '../weights/read-tiny-vit.js';
import { zooModel } from '../zoo/model-zoo.js';
import { resolveModelFile } from '../zoo/resolve-model-file.js';

/** The graph of a zoo model's image encoder: `pixels` [1, 3, size, size] to `embedding` [grid², channels]. */
export async function encoderGraph(model: string): Promise<Graph> {
  const path = await resolveModelFile(model, 'encoder');
  return tinyVit(readTinyVit(await readOnnxFile(path), path), zooModel(model).size);
}
