import type { Lack } from '@sluice/core';
import { readDecoderFile } from '../weights/decoder-file.js';
import { loadSamWeights } from '../weights/load-sam-weights.js';
import { encoderKind } from './encoder-kind.js';
import { isModelFile } from './model-zoo.js';

/** What hinders the decoder in the file that an option names from taking the place of a model's own. */
export async function decoderLacks(option: string, path: string, model: string): Promise<readonly Lack[]> {
  const hint = "name a checkpoint of a run (`checkpoints/` in its folder), or another file with SAM's mask decoder";
  try {
    await loadSamWeights(path);
  } catch (error) {
    return [{ option, message: error instanceof Error ? error.message : String(error), hint }];
  }
  const { model: from } = await readDecoderFile(path);
  if (from === undefined || from === model) return [];
  const [theirs, ours] = [await kindOf(from), await kindOf(model)];
  if (theirs === undefined || ours === undefined || theirs === ours) return [];
  const message = `${path} was fine-tuned from "${from}" (${theirs}); it does not fit "${model}" (${ours})`;
  const other = isModelFile(from) ? `\`vars.model\` or \`model\` ${from}` : `\`model: ${from}\`, or its recipe`;
  return [{ option, message, hint: `take ${other}, or a checkpoint of "${model}"` }];
}

/** Nothing where a model's file has gone or can't be read, or the name is unknown here: that is said at the model. */
const kindOf = (model: string): Promise<string | undefined> => encoderKind(model).catch(() => undefined);
