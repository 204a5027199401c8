import type { PromptedSample, Subset } from '@sluice/data';
import type { EncodedSample } from '../contracts.js';
import { modelErrors } from '../errors.js';

/** An image's embedding with its masks and prompts. */
export interface LabelledEmbedding {
  readonly key: string;
  readonly encoded: EncodedSample;
  readonly prompted: PromptedSample;
}

/**
 * Matches embeddings and prompts by sample key, sorted by key: the order in which images were encoded never shows.
 * Throws `models/SUBSET_EMPTY` where nothing is in the subset, `models/SAMPLE_UNPAIRED` where one side lacks a sample.
 */
export function pairSamples(
  subset: Subset,
  encoded: readonly EncodedSample[],
  prompted: readonly PromptedSample[],
): readonly LabelledEmbedding[] {
  const promptsOf = new Map(prompted.map((item) => [item.sample.key, item]));
  const embeddingOf = new Map(encoded.map((item) => [item.key, item]));
  const keys = [...new Set([...promptsOf.keys(), ...embeddingOf.keys()])].sort();
  if (keys.length === 0) throw modelErrors.SUBSET_EMPTY({ subset });
  return keys.map((key) => {
    const pair = { key, encoded: embeddingOf.get(key), prompted: promptsOf.get(key) };
    if (pair.encoded === undefined) throw modelErrors.SAMPLE_UNPAIRED({ key, lacks: 'embedding' });
    if (pair.prompted === undefined) throw modelErrors.SAMPLE_UNPAIRED({ key, lacks: 'prompts' });
    return { key, encoded: pair.encoded, prompted: pair.prompted };
  });
}
