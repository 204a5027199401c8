import fc from 'fast-check';
import { concatMap, defer, EMPTY, filter, from, map, share, switchMap, take, toArray, zip } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { fromPull } from '../flow/from-pull.js';
import { mapBounded } from '../flow/map-bounded.js';
import { immediate, range, run, source, stage, worst } from '../testing/fixtures/graph.js';
import type { GraphStage } from './run-graph.js';

describe('a graph', () => {
  it('never has more on an edge than its bound, and loses and reorders nothing, whatever the speeds', async () => {
    const speed = fc.constantFrom('sync', 'micro', 'macro');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(speed, fc.integer({ min: 1, max: 5 })), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 0, max: 60 }),
        async (chain, bound, count) => {
          const stages = [source('s', count)];
          for (const [index, [pace, concurrency]] of chain.entries()) {
            const before = index === 0 ? 's.o' : `m${String(index - 1)}.o`;
            const work = (item: number): Promise<number> | number => {
              if (pace === 'sync') return item;
              return pace === 'micro' ? Promise.resolve(item) : immediate().then(() => item);
            };
            stages.push(
              stage(`m${String(index)}`, { i: before }, ({ i }) => ({ o: i!.pipe(mapBounded(work, concurrency)) })),
            );
          }
          const { items, edges } = await run(stages, bound);
          expect(items[`m${String(chain.length - 1)}.o`] ?? []).toEqual(range(count));
          expect(worst(edges)).toBeLessThanOrEqual(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('keeps 100,000 items in bound before a consumer that is far slower than the source', async () => {
    const pulled = { count: 0 };
    let done = 0;
    let ahead = 0;
    global.gc?.();
    const before = process.memoryUsage().rss;
    const { edges } = await run([
      source('s', 100_000, pulled),
      stage('slow', { i: 's.o' }, ({ i }) => ({
        o: i!.pipe(
          mapBounded(async () => {
            if (done % 10 === 0) await immediate();
            ahead = Math.max(ahead, pulled.count - ++done);
          }, 2),
          filter(() => false),
        ),
      })),
    ]);
    expect(done).toBe(100_000);
    expect(ahead).toBeLessThanOrEqual(8);
    const waited = expect.any(Number) as number;
    expect(edges).toEqual([{ edge: 's.o -> slow.i', items: 100_000, peak: 8, bound: 8, waited }]);
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
  }, 20_000);

  it('gives an edge as many places as its consumer works on at once', async () => {
    const { edges } = await run([
      source('s', 200),
      stage('wide', { i: 's.o' }, ({ i }) => ({ o: i!.pipe(mapBounded(immediate, 20)) })),
      stage('end', { i: 'wide.o' }, ({ i }) => ({ o: i! })),
    ]);
    expect(edges).toMatchObject([{ peak: 20, bound: 20 }, { bound: 20 }]);
  });

  it('feeds several consumers at the pace of the slowest', async () => {
    const pulled = { count: 0 };
    const { items, edges } = await run([
      source('s', 300, pulled),
      stage('fast', { i: 's.o' }, ({ i }) => ({ o: i! })),
      stage('slow', { i: 's.o' }, ({ i }) => ({
        o: i!.pipe(mapBounded((item) => immediate().then(() => item), 1)),
      })),
    ]);
    expect(items['fast.o']).toEqual(range(300));
    expect(items['slow.o']).toEqual(range(300));
    expect(worst(edges)).toBeLessThanOrEqual(0);
  });

  it('joins branches of different speed without standing still', async () => {
    const { items } = await run(
      [
        source('s', 100),
        stage('slow', { i: 's.o' }, ({ i }) => ({
          o: i!.pipe(mapBounded((item) => immediate().then(() => item), 1)),
        })),
        stage('quick', { i: 's.o' }, ({ i }) => ({ o: i!.pipe(map((item) => -item)) })),
        stage('join', { a: 'slow.o', b: 'quick.o' }, ({ a, b }) => ({
          o: zip(a!, b!).pipe(map(([x, y]: [number, number]) => x + y)),
        })),
      ],
      1,
    );
    expect(items['join.o']).toEqual(Array<number>(100).fill(0));
  });

  it('merges the sources of an input in turns', async () => {
    const { items } = await run([
      source('a', 20),
      source('b', 20),
      stage('both', { i: ['a.o', 'b.o'] }, ({ i }) => ({ o: i! })),
    ]);
    expect(items['both.o']).toHaveLength(40);
  });

  it('collects a whole input before another is looked at', async () => {
    const { items } = await run([
      source('s', 100),
      source('t', 5),
      stage('end', { all: 's.o', each: 't.o' }, ({ all, each }) => ({
        o: all!.pipe(
          toArray(),
          switchMap((list) => each!.pipe(map((item) => item * list.length))),
        ),
      })),
    ]);
    expect(items['end.o']).toEqual([0, 100, 200, 300, 400]);
  });

  it('expands items within the bound', async () => {
    const { items, edges } = await run(
      [
        source('s', 20),
        stage('parts', { i: 's.o' }, ({ i }) => ({ o: i!.pipe(concatMap((item) => fromPull([item, item, item]))) })),
        stage('slow', { i: 'parts.o' }, ({ i }) => ({
          o: i!.pipe(mapBounded((item) => immediate().then(() => item), 2)),
        })),
      ],
      2,
    );
    expect(items['slow.o']).toEqual(range(20).flatMap((i) => [i, i, i]));
    expect(worst(edges)).toBeLessThanOrEqual(0);
  });

  it('holds a source back that is subscribed to behind a promise', async () => {
    let ahead = 0;
    let pulled = 0;
    let done = 0;
    await run(
      [
        stage('late', {}, () => ({
          o: defer(immediate).pipe(
            switchMap(() =>
              fromPull(function* () {
                for (; pulled < 500; pulled++) yield pulled;
              }),
            ),
          ),
        })),
        stage('slow', { i: 'late.o' }, ({ i }) => ({
          o: i!.pipe(
            mapBounded(async () => {
              await immediate();
              ahead = Math.max(ahead, pulled - done++);
            }, 1),
          ),
        })),
      ],
      4,
    );
    expect(done).toBe(500);
    expect(ahead).toBeLessThanOrEqual(5);
  });

  it('takes items from sources that know no pace at once', async () => {
    const { items } = await run([
      stage('s', {}, () => ({ o: from(range(1000)) })),
      stage('slow', { i: 's.o' }, ({ i }) => ({
        o: i!.pipe(mapBounded(async (item) => Promise.resolve(item), 1)),
      })),
    ]);
    expect(items['slow.o']).toEqual(range(1000));
  });

  it('shares an input among outputs, and one subscription among outputs', async () => {
    const { items } = await run([
      source('s', 10),
      stage('both', { i: 's.o' }, ({ i }) => ({
        a: i!.pipe(filter((x) => x % 2 === 0)),
        b: i!.pipe(filter((x) => x % 2 === 1)),
      })),
      stage('once', { i: 's.o' }, ({ i }) => {
        const shared = i!.pipe(share());
        return { a: shared.pipe(take(2)), b: shared };
      }),
    ]);
    expect(items).toMatchObject({
      'both.a': [0, 2, 4, 6, 8],
      'both.b': [1, 3, 5, 7, 9],
      'once.a': [0, 1],
      'once.b': range(10),
    });
  });

  it('completes with stages that give nothing', async () => {
    const { events } = await run([
      stage('none', {}, () => ({ o: EMPTY })),
      stage('end', { i: 'none.o' }, ({ i }) => ({ o: i! })),
    ]);
    expect(events.filter((event) => event.startsWith('stage-finished'))).toEqual([
      'stage-finished none',
      'stage-finished end',
    ]);
  });

  it('is as deep as it likes', async () => {
    const chain = range(2000).map((index) =>
      stage(`m${String(index)}`, { i: index === 0 ? 's.o' : `m${String(index - 1)}.o` }, ({ i }) => ({
        o: i!.pipe(map((x) => x)),
      })),
    );
    const { items } = await run([source('s', 5), ...chain]);
    expect(items['m1999.o']).toEqual([0, 1, 2, 3, 4]);
  });
});

describe('feedback', () => {
  const looping = (limit: number): readonly GraphStage[] => [
    stage('work', { 'word?': 'judge.o' }, ({ word }) => ({
      o: fromPull(async function* () {
        for (let epoch = 0; ; epoch++) {
          yield epoch;
          const stop = await new Promise<boolean>((resolve) => {
            word!.pipe(take(1)).subscribe({ next: resolve as (stop: unknown) => void, complete: () => resolve(true) });
          });
          if (stop) return;
        }
      }),
    })),
    stage('judge', { i: 'work.o' }, ({ i }) => ({
      o: i!.pipe(mapBounded(async (epoch) => immediate().then(() => epoch >= limit), 1)),
    })),
  ];

  it('keeps what comes while nobody listens, and lets the run complete', async () => {
    const { items } = await run(looping(20), 1);
    expect(items['work.o']).toEqual(range(21));
  });

  it('is not held back by a full output', async () => {
    const { items, edges } = await run(
      [...looping(5), stage('slow', { i: 'work.o' }, ({ i }) => ({ o: i!.pipe(mapBounded(immediate, 1)) }))],
      1,
    );
    expect(items['work.o']).toEqual(range(6));
    expect(edges[0]).toMatchObject({ edge: 'judge.o -> work.word', items: 6 });
  });
});
