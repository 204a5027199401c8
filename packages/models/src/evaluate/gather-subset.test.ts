import type { PromptedSample, Subset } from '@sluice/data';
import { lastValueFrom, NEVER, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { EncodedSample } from '../contracts.js';
import { gatherSubset } from './gather-subset.js';

const encoded = (key: string, subset: Subset) => ({ key, subset }) as EncodedSample;
const prompted = (key: string, subset: Subset) => ({ sample: { key, subset } }) as PromptedSample;

describe('gatherSubset', () => {
  it('pairs what belongs to the subset, in order of the keys', async () => {
    const embeddings = of(encoded('b', 'val'), encoded('t', 'train'), encoded('a', 'val'));
    const prompts = of(prompted('a', 'val'), prompted('b', 'val'), prompted('t', 'train'));
    const pairs = await lastValueFrom(gatherSubset('val', embeddings, prompts));
    expect(pairs.map(({ key }) => key)).toEqual(['a', 'b']);
  });

  it('refuses an empty subset, or gives none where that is asked for', async () => {
    await expect(lastValueFrom(gatherSubset('test', of(), of()))).rejects.toMatchObject({
      code: 'models/SUBSET_EMPTY',
    });
    expect(await lastValueFrom(gatherSubset('test', of(), of(), 'skip'))).toEqual([]);
  });

  it('does not take half of a subset for an empty one', async () => {
    const halved = gatherSubset('val', of(encoded('a', 'val')), of(), 'skip');
    await expect(lastValueFrom(halved)).rejects.toMatchObject({ code: 'models/SAMPLE_UNPAIRED' });
  });

  it('waits for both streams', () => {
    const seen: unknown[] = [];
    gatherSubset('val', of(encoded('a', 'val')), NEVER).subscribe((pairs) => seen.push(pairs));
    expect(seen).toEqual([]);
  });
});
