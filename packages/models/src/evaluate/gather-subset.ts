import type { PromptedSample, Subset } from '@sluice/data';
import { filter, forkJoin, map, toArray, type Observable } from 'rxjs';
import type { EncodedSample } from '../contracts.js';
import { pairSamples, type LabelledEmbedding } from './pair-samples.js';

/**
 * The images of a subset with their embeddings and prompts, once both streams have ended: references, so that all of them may be held. Where
 * there are none, emits none if `ifEmpty` is `skip`; else it errors with `models/SUBSET_EMPTY`, or with `models/SAMPLE_UNPAIRED`.
 */
export function gatherSubset(
  subset: Subset,
  embeddings: Observable<EncodedSample>,
  prompts: Observable<PromptedSample>,
  ifEmpty: 'fail' | 'skip' = 'fail',
): Observable<readonly LabelledEmbedding[]> {
  const encoded = embeddings.pipe(
    filter((each) => each.subset === subset),
    toArray(),
  );
  const prompted = prompts.pipe(
    filter(({ sample }) => sample.subset === subset),
    toArray(),
  );
  return forkJoin([encoded, prompted]).pipe(
    map(([left, right]) =>
      ifEmpty === 'skip' && left.length + right.length === 0 ? [] : pairSamples(subset, left, right),
    ),
  );
}
