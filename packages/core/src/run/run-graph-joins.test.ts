import { filter, forkJoin, map, merge, Subject, take, tap, toArray, zip } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { fromPull } from '../flow/from-pull.js';
import { mapBounded } from '../flow/map-bounded.js';
import { immediate, range, run, source, stage, worst } from '../testing/fixtures/graph.js';
import type { GraphStage } from './run-graph.js';

/** One branch drops 99 % of the items, one takes 50 turns of the event loop for what the others do in none. */
const branches = (pulled?: { count: number }): readonly GraphStage[] => [
  source('s', 2000, pulled),
  stage('rare', { i: 's.o' }, ({ i }) => ({ o: i!.pipe(filter((item) => item % 100 === 0)) })),
  stage('slow', { i: 'rare.o' }, ({ i }) => ({
    o: i!.pipe(
      mapBounded(async (item) => {
        for (let turn = 0; turn < 50; turn++) await immediate();
        return item;
      }, 2),
    ),
  })),
  stage('quick', { i: 's.o' }, ({ i }) => ({ o: i!.pipe(mapBounded(async (item) => Promise.resolve(-item), 4)) })),
];
const rare = range(20).map((i) => i * 100);
const quick = range(2000).map((i) => -i);

describe('a diamond with skewed branches', () => {
  it.each([1, 2, 8])('joined in one input loses nothing, within a bound of %i', async (bound) => {
    const join = stage('join', { i: ['slow.o', 'quick.o'] }, ({ i }) => ({ o: i! }));
    const { items, edges } = await run([...branches(), join], bound);
    const joined = items['join.o'] as number[];
    expect(joined.filter((item) => item > 0)).toEqual(rare.slice(1));
    expect(joined.filter((item) => item <= 0)).toHaveLength(2001);
    expect(worst(edges)).toBeLessThanOrEqual(0);
  });

  it.each([1, 8])('may gather one branch while the other streams, within a bound of %i', async (bound) => {
    const join = stage('join', { all: 'slow.o', each: 'quick.o' }, ({ all, each }) => ({
      o: merge(all!.pipe(toArray()), each!.pipe(mapBounded(async (item) => Promise.resolve(item), 3))),
    }));
    const { items, edges } = await run([...branches(), join], bound);
    const lists = (items['join.o'] as unknown[]).filter(Array.isArray);
    expect(lists).toEqual([rare]);
    expect((items['join.o'] as unknown[]).filter((item) => !Array.isArray(item))).toEqual(quick);
    expect(worst(edges)).toBeLessThanOrEqual(0);
  });

  it('may be gathered altogether', async () => {
    const join = stage('join', { a: 'slow.o', b: 'quick.o', c: 's.o' }, ({ a, b, c }) => ({
      o: forkJoin([a!.pipe(toArray()), b!.pipe(toArray()), c!.pipe(toArray())]),
    }));
    const { items } = await run([...branches(), join], 1);
    expect(items['join.o']).toEqual([[rare, quick, range(2000)]]);
  });

  it('may be left on one side while the other goes on', async () => {
    const join = stage('join', { a: 'slow.o', b: 'quick.o' }, ({ a, b }) => ({ o: merge(a!.pipe(take(2)), b!) }));
    const { items } = await run([...branches(), join], 2);
    expect((items['join.o'] as number[]).filter((item) => item <= 0)).toHaveLength(2001);
    expect(items['join.o']).toContain(100);
  });

  it('holds the source back at the pace of its slowest branch', async () => {
    const pulled = { count: 0 };
    let done = 0;
    let ahead = 0;
    const each = stage('each', { i: 's.o' }, ({ i }) => ({
      o: i!.pipe(
        mapBounded(immediate, 1),
        map(() => (ahead = Math.max(ahead, pulled.count - ++done))),
      ),
    }));
    await run([...branches(pulled), each], 4);
    expect(done).toBe(2000);
    expect(ahead).toBeLessThanOrEqual(4);
  });
});

describe('sources that never wait', () => {
  it('take turns, so that a join of two holds little', async () => {
    const [a, b] = [{ count: 0 }, { count: 0 }];
    let apart = 0;
    await run([
      source('a', 5000, a),
      source('b', 5000, b),
      stage('join', { a: 'a.o', b: 'b.o' }, ({ a: left, b: right }) => ({
        o: zip(left!, right!).pipe(map(() => (apart = Math.max(apart, Math.abs(a.count - b.count))))),
      })),
    ]);
    expect([a.count, b.count]).toEqual([5000, 5000]);
    expect(apart).toBeLessThanOrEqual(32);
  });
});

describe('items that are handed over on the call stack', () => {
  it('go through a thousand stages of many operators', async () => {
    const plusOne = map((item: number) => item + 1);
    const chain = range(1000).map((index) =>
      stage(`m${String(index)}`, { i: index === 0 ? 's.o' : `m${String(index - 1)}.o` }, ({ i }) => ({
        o: i!.pipe(plusOne, plusOne, plusOne, plusOne, plusOne, plusOne, plusOne, plusOne, plusOne, plusOne),
      })),
    );
    const { items, edges } = await run([source('s', 20), ...chain]);
    expect(items['m999.o']).toEqual(range(20).map((item) => item + 10_000));
    expect(worst(edges)).toBeLessThanOrEqual(0);
  });

  it('keep their order before and behind a stage that holds them', async () => {
    const { items } = await run([
      source('s', 500),
      stage('a', { i: 's.o' }, ({ i }) => ({ o: i!.pipe(map((item) => item)) })),
      stage('now and then', { i: 'a.o' }, ({ i }) => ({
        o: i!.pipe(mapBounded((item) => (item % 7 === 0 ? immediate().then(() => item) : item), 3)),
      })),
      stage('b', { i: 'now and then.o' }, ({ i }) => ({ o: i!.pipe(map((item) => item)) })),
    ]);
    expect(items['b.o']).toEqual(range(500));
  });

  it('wait for their turn where one is emitted while another is on its way', async () => {
    const again = new Subject<number>();
    const seen: string[] = [];
    await run([
      stage('s', {}, () => ({ o: merge(fromPull([0, 10, 20]), again) })),
      stage('end', { i: 's.o' }, ({ i }) => ({
        o: i!.pipe(
          map((item) => {
            seen.push(`begin ${String(item)}`);
            if (item === 10) again.next(11);
            if (item === 20) again.complete();
            seen.push(`end ${String(item)}`);
          }),
        ),
      })),
    ]);
    expect(seen).toEqual([0, 10, 11, 20].flatMap((item) => [`begin ${String(item)}`, `end ${String(item)}`]));
  });

  it('are all done with when nothing is held: their edges show a peak of one, and nobody waited', async () => {
    const { edges } = await run([source('s', 100), stage('m', { i: 's.o' }, ({ i }) => ({ o: i! }))]);
    expect(edges).toEqual([{ edge: 's.o -> m.i', items: 100, peak: 1, bound: 8, waited: 0 }]);
  });

  it('tell which edge held their source up, and for how long', async () => {
    const { edges } = await run([
      source('s', 40),
      stage('slow', { i: 's.o' }, ({ i }) => ({ o: i!.pipe(mapBounded(immediate, 1)) })),
      stage('quick', { i: 's.o' }, ({ i }) => ({ o: i! })),
    ]);
    const waited = Object.fromEntries(edges.map((each) => [each.edge, each.waited]));
    expect(waited['s.o -> slow.i']).toBeGreaterThan(0);
    expect(waited['s.o -> quick.i']).toBe(0);
  });

  it('come one at a time to a stage that works on one, also behind a stage that works on many', async () => {
    let [taken, done, most] = [0, 0, 0];
    await run([
      source('s', 100),
      stage('wide', { i: 's.o' }, ({ i }) => ({ o: i!.pipe(mapBounded(immediate, 20)) })),
      stage('narrow', { i: 'wide.o' }, ({ i }) => ({
        o: i!.pipe(
          tap(() => (most = Math.max(most, ++taken - done))),
          mapBounded(async () => immediate().then(() => done++), 1),
        ),
      })),
    ]);
    expect([done, most]).toEqual([100, 1]);
  });

  it('start nothing in a stage that has been left', async () => {
    const started: number[] = [];
    const { items } = await run([
      stage('s', {}, () => ({ o: fromPull(range(50)) })),
      stage('few', { i: 's.o' }, ({ i }) => ({
        o: i!.pipe(
          mapBounded(async (item) => {
            started.push(item);
            await immediate();
            return item;
          }, 1),
          take(2),
        ),
      })),
    ]);
    expect([items['few.o'], started]).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });
});
