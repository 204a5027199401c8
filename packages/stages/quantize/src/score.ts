import {
  cachedEvaluation,
  evaluateDecoder,
  type Checkpoint,
  type Evaluation,
  type LabelledEmbedding,
} from '@sluice/models';
import type { Decoder } from './decoders.js';
import type { Tools } from './tools.js';

/** Scores a decoder on samples as the stage `evaluate` does; what it, or this stage, has scored before comes from the cache. */
export async function score(
  samples: readonly LabelledEmbedding[],
  decoder: Decoder,
  checkpoint: Checkpoint,
  note: string,
  { store, engine, onImage }: Tools,
): Promise<Evaluation> {
  const evaluate = async (): Promise<Evaluation> =>
    evaluateDecoder(await decoder.open(), samples, {
      onImage: (done) => {
        onImage(done, samples.length, note);
      },
    });
  const scored = cachedEvaluation({ store, engine, samples, evaluate });
  const { images, instances, scores } = await scored({ ...checkpoint, digest: decoder.digest });
  return { images, instances, scores };
}
