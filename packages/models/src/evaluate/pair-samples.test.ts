import type { PromptedSample } from '@sluice/data';
import { expect, it } from 'vitest';
import type { EncodedSample } from '../contracts.js';
import { pairSamples } from './pair-samples.js';

const encoded = (key: string) => ({ key }) as EncodedSample;
const prompted = (key: string) => ({ sample: { key } }) as PromptedSample;

it('pairs by key and sorts by key, whatever the order of arrival', () => {
  const pairs = pairSamples('val', [encoded('val/b'), encoded('val/a')], [prompted('val/a'), prompted('val/b')]);
  expect(pairs.map((pair) => [pair.key, pair.encoded.key, pair.prompted.sample.key])).toEqual([
    ['val/a', 'val/a', 'val/a'],
    ['val/b', 'val/b', 'val/b'],
  ]);
});

it.each([
  ['models/SUBSET_EMPTY', [], []],
  ['models/SAMPLE_UNPAIRED', [encoded('val/a')], []],
  ['models/SAMPLE_UNPAIRED', [], [prompted('val/a')]],
])('refuses with %s', (code, embeddings, prompts) => {
  expect(() => pairSamples('val', embeddings, prompts)).toThrow(expect.objectContaining({ code }));
});
