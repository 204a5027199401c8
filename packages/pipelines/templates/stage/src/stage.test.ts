import type { StageContext } from '@sluice/core';
import { runStage } from '@sluice/core/testing';
import type { Sample } from '@sluice/data';
import { TestScheduler } from 'rxjs/testing';
import { expect, it } from 'vitest';
import { myNameStage } from './stage.js';

const sample = (id: string, instances: number): Sample => ({
  key: `train/${id}`,
  id,
  subset: 'train',
  image: { path: `${id}.png`, width: 4, height: 4 },
  instances: Array.from({ length: instances }, (_, index) => ({
    id: String(index + 1),
    category: 'leaf',
    mask: { kind: 'polygons', rings: [[0, 0, 2, 0, 2, 2]] },
  })),
});
const samples = { a: sample('a', 1), b: sample('b', 0), c: sample('c', 3) };

/** The stage's output for an input in marbles: `a`, `b` and `c` are the samples above. */
function marbles(input: string, output: string, unsubscribed?: string, subscriptions?: string): void {
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(
    ({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(input, samples, new RangeError('broken'));
      const context = { report: () => undefined } as unknown as StageContext;
      const streams = myNameStage.create({ 'min-instances': 1 }, {}, context)({ samples: source });
      expectObservable(streams.samples, unsubscribed).toBe(output, samples, new RangeError('broken'));
      if (subscriptions !== undefined) expectSubscriptions(source.subscriptions).toBe(subscriptions);
    },
  );
}

it('keeps order and leaves out samples with too few instances', () => {
  marbles('-a-b-c-a-|', '-a---c-a-|');
});

it('ends with an empty stream at once', () => {
  marbles('|', '|');
});

it('passes an error on unchanged', () => {
  marbles('-a-#', '-a-#');
});

it('leaves its input when its output is left', () => {
  marbles('-a-b-c-a-|', '-a---c', '^-----!', '^-----!');
});

it('runs on bounded edges with its defaults, and reports what it leaves out', async () => {
  const { outputs, events } = await runStage(myNameStage, { inputs: { samples: Object.values(samples) } });
  expect(outputs.samples.map(({ id }) => id)).toEqual(['a', 'c']);
  expect(events).toContainEqual({ type: 'skipped', reason: 'too few instances', item: 'train/b' });
});

it('refuses an option that its schema does not know', async () => {
  const options = { 'min-instance': 2 } as Record<string, unknown>;
  await expect(runStage(myNameStage, { options })).rejects.toMatchObject({ code: 'core/BAD_OPTIONS' });
});
