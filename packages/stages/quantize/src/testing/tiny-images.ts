import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  countsOfMask,
  type Instance,
  type ModelInput,
  type Prompt,
  type PromptedSample,
  type Subset,
} from '@sluice/data';
import {
  checkpointPredictor,
  loadSamWeights,
  openImageEncoder,
  upsampleLogits,
  writeSafetensors,
  type Checkpoint,
  type TensorEngine,
} from '@sluice/models';
import { writeTinyCheckpoint } from '@sluice/models/testing';

/** A model with a tiny encoder, and images that it answers without a fault: their masks are its own answers. */
export interface TinyData {
  readonly checkpoint: Checkpoint;
  readonly images: readonly ModelInput[];
  readonly prompts: readonly PromptedSample[];
  /** How often pixels were asked for. */
  readonly loads: () => number;
}

const image = { path: 'none.png', width: 256, height: 192 };
const frame = { size: 1024, width: 1024, height: 768 };

/** `keys` are of the form `val/a`; the float model has F1 1 on all of them. */
export async function tinyData(folder: string, engine: TensorEngine, keys: readonly string[]): Promise<TinyData> {
  const model = join(folder, 'tiny.safetensors');
  await writeTinyCheckpoint(model, [8, 8], 96);
  const path = join(folder, 'decoder.safetensors');
  writeFileSync(path, writeSafetensors(await loadSamWeights(model)));
  const digest = createHash('sha256').update(readFileSync(path)).digest('hex');
  const checkpoint: Checkpoint = { epoch: 2, step: 4, stepsPerEpoch: 2, model, path, digest };
  let loads = 0;
  const images = keys.map((key): ModelInput => {
    const subset = key.split('/')[0] as Subset;
    const load = () => {
      loads++;
      return Promise.resolve(pixelsOf(key));
    };
    return { key, subset, image, frame, digest: createHash('sha256').update(key).digest('hex'), load };
  });
  const encoder = await openImageEncoder(engine, model);
  const predictor = checkpointPredictor(engine);
  const decoder = await predictor.open(checkpoint);
  const prompts: PromptedSample[] = [];
  for (const { key, subset } of images) {
    const asked: readonly Prompt[] = [
      { instance: 'a', box: [20, 30, 150, 160] },
      { instance: 'b', points: [{ x: 200, y: 90, label: 1 }] },
    ];
    const { logits } = await decoder.predict(await encoder.encode(pixelsOf(key)), frame, image, asked);
    const instances = asked.map(({ instance }, i): Instance => {
      const { width, height } = image;
      const answer = Uint8Array.from(upsampleLogits(logits[i]!, frame, width, height), (logit) => (logit > 0 ? 1 : 0));
      const counts = countsOfMask({ width, height, data: answer });
      return { id: instance, category: 'thing', mask: { kind: 'rle', width, height, counts } };
    });
    prompts.push({
      sample: { key, id: key, subset, image, instances },
      promptsAt: () => asked,
      identity: () => ({ key }),
    });
  }
  await encoder.release();
  await predictor.release();
  return { checkpoint, images, prompts, loads: () => loads };
}

/** A pattern that no two keys share. */
function pixelsOf(key: string): Float32Array<ArrayBuffer> {
  const step = 3 + createHash('sha256').update(key).digest().readUInt8(0);
  const pixels = new Float32Array(3 * 1024 * 1024);
  for (let i = 0; i < pixels.length; i++) pixels[i] = ((i * step) % 1021) / 510 + (i % 1024) / 1024 - 1.5;
  return pixels;
}
