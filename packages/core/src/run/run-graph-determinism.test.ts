import { filter, firstValueFrom, map, share, zip } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { canonicalDigest } from '../files/canonical-digest.js';
import { fromPull } from '../flow/from-pull.js';
import { mapBounded } from '../flow/map-bounded.js';
import { randomOf } from '../random/random-of.js';
import { range, run, stage } from '../testing/fixtures/graph.js';
import type { GraphStage } from './run-graph.js';

/** Lets what waits go on in an order drawn from `seed`; what comes meanwhile is drawn with it. */
function shuffler(seed: number): { readonly pause: () => Promise<void>; readonly finished: () => number } {
  const random = randomOf(seed, 'order');
  const waiting: (() => void)[] = [];
  let resumed = 0;
  const resumeOne = (): void => {
    const [next] = waiting.splice(random.integer(0, waiting.length - 1), 1);
    resumed++;
    next?.();
    if (waiting.length > 0) setImmediate(resumeOne);
  };
  return {
    pause: async () =>
      new Promise((resolve) => {
        if (waiting.push(resolve) === 1) setImmediate(resumeOne);
      }),
    finished: () => resumed,
  };
}

/** Samples go through two branches and are joined in pairs; a trainer sums them up by epoch, and a judge's word ends the loop. */
function graphOf(concurrency: number, pause: () => Promise<void>): readonly GraphStage[] {
  const slowly =
    (work: (item: number) => number) =>
    async (item: number): Promise<number> => {
      await pause();
      if (item % 3 === 0) await pause();
      return work(item);
    };
  return [
    stage('samples', {}, () => ({ o: fromPull(range(40)) })),
    stage('square', { i: 'samples.o' }, ({ i }) => ({
      o: i!.pipe(
        mapBounded(
          slowly((item) => item * item),
          concurrency,
        ),
      ),
    })),
    stage('negate', { i: 'samples.o' }, ({ i }) => ({
      o: i!.pipe(
        mapBounded(
          slowly((item) => -item),
          concurrency,
        ),
        mapBounded(
          slowly((item) => item - 1),
          concurrency,
        ),
      ),
    })),
    stage('join', { a: 'square.o', b: 'negate.o' }, ({ a, b }) => ({
      o: zip(a!, b!).pipe(map(([x, y]) => x * 1000 + y)),
    })),
    stage('train', { i: 'join.o', 'word?': 'judge.o' }, ({ i, word }) => {
      const sums = i!.pipe(
        mapBounded(async (item) => {
          await pause();
          return item;
        }, 1),
        share(),
      );
      const epochs = fromPull(async function* () {
        for (let epoch = 0, go = 1; go === 1; epoch++) {
          await pause();
          // Listens first, for the word may come while the epoch is emitted.
          const answer = firstValueFrom(word!.pipe(filter((value) => Math.abs(value) === epoch + 1)));
          yield epoch;
          go = Math.sign(await answer);
        }
      });
      return { sums, epochs };
    }),
    stage('judge', { i: 'train.epochs' }, ({ i }) => ({
      o: i!.pipe(
        mapBounded(
          slowly((epoch) => (epoch < 12 ? epoch + 1 : -epoch - 1)),
          concurrency,
        ),
      ),
    })),
  ];
}

describe('what a graph gives', () => {
  it('is the same for any concurrency and any order in which work is done', async () => {
    const digests = new Set<string>();
    const orders = new Set<string>();
    for (const concurrency of [1, 2, 4, 8]) {
      for (const seed of range(20)) {
        const order: number[] = [];
        const { pause, finished } = shuffler(seed);
        const noted = async (): Promise<void> => {
          const index = order.push(0) - 1;
          await pause();
          order[index] = finished();
        };
        const { items } = await run(graphOf(concurrency, noted), 4);
        expect(items['train.epochs']).toEqual(range(13));
        expect(items['train.sums']).toHaveLength(40);
        digests.add(canonicalDigest(items));
        orders.add(order.join());
      }
    }
    expect(digests.size).toBe(1);
    // And the orders did differ.
    expect(orders.size).toBeGreaterThan(60);
  }, 30_000);
});
