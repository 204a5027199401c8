import { readOnnxFile } from '../onnx/read-onnx.js';
import { readSamWeights } from '../weights/load-sam-weights.js';
import type { TensorInfo } from '../weights/checkpoint-file.js';
import { openCheckpoint } from '../weights/open-checkpoint.js';
import { readTinyVit } from '../weights/read-tiny-vit.js';
import type { Weights } from '../weights/weights.js';
import { samInput, zooModel } from '../zoo/model-zoo.js';
import { locate } from '../zoo/resolve-model-file.js';
import { encoderMacs } from './encoder-cost.js';
import { parameterCount } from './parameter-count.js';

/** What a model costs, counted here. */
export interface ModelCounts {
  /** Of the image encoder on an image of 1024 pixels, in 1e9 multiplications each with an addition, as tables of models count. */
  readonly gigaflops: number | undefined;
  /** Of encoder and decoder together, without MobileSAM's head for classes, which nothing uses. */
  readonly parameters: number;
}

/**
 * Counts a zoo model that is in the models folder, by the names and shapes in its files: a checkpoint's tensors are not read, and nothing is
 * verified. Throws what opening the files throws.
 */
export async function countModel(name: string, folder?: string): Promise<ModelCounts> {
  const { encoder, decoder } = zooModel(name);
  const [encoderFile, decoderFile] = [locate(name, encoder, folder), locate(name, decoder, folder)];
  const tensors =
    encoderFile === decoderFile
      ? await shapesIn(encoderFile)
      : new Map([
          ...infoOf(readTinyVit(await readOnnxFile(encoderFile), encoderFile)),
          ...infoOf(readSamWeights(await readOnnxFile(decoderFile), decoderFile)),
        ]);
  const macs = encoderMacs(tensors, samInput.size);
  return { gigaflops: macs && macs / 1e9, parameters: parameterCount(tensors, (tensor) => !classHead.test(tensor)) };
}

const classHead = /^image_encoder\.(norm_)?head\./;

async function shapesIn(path: string): Promise<ReadonlyMap<string, TensorInfo>> {
  const { tensors, close } = await openCheckpoint(path);
  await close();
  return tensors;
}

const infoOf = (weights: Weights): ReadonlyMap<string, TensorInfo> =>
  new Map([...weights].map(([name, { shape }]) => [name, { shape, dtype: 'F32' }]));
