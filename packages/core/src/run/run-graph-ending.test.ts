import { of, take } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { fromPull } from '../flow/from-pull.js';
import { mapBounded } from '../flow/map-bounded.js';
import { immediate, range, run, source, stage } from '../testing/fixtures/graph.js';
import { runGraph, StageFailure } from './run-graph.js';

describe('a graph that ends early', () => {
  it('stops a source that nobody wants any more', async () => {
    const pulled = { count: 0 };
    const { items } = await run([
      source('s', Infinity, pulled),
      stage('m', { i: 's.o' }, ({ i }) => ({ o: i! })),
      stage('few', { i: 'm.o' }, ({ i }) => ({ o: i!.pipe(take(3)) })),
    ]);
    expect(items['few.o']).toEqual([0, 1, 2]);
    expect(pulled.count).toBeLessThan(30);
  });

  it('goes on for those who want more', async () => {
    const { items } = await run([
      source('s', 50),
      stage('few', { i: 's.o' }, ({ i }) => ({ o: i!.pipe(take(3)) })),
      stage('all', { i: 's.o' }, ({ i }) => ({ o: i! })),
    ]);
    expect(items).toMatchObject({ 'few.o': [0, 1, 2], 'all.o': range(50) });
  });

  it.each(range(12))('by an error at item %i releases everything', async (at) => {
    let closed = 0;
    let open = 0;
    const stages = [
      stage('s', {}, () => ({
        o: fromPull(async function* () {
          try {
            for (let i = 0; i < 50; i++) yield await Promise.resolve(i);
          } finally {
            await immediate();
            closed++;
          }
        }),
      })),
      stage('m', { i: 's.o' }, ({ i }) => ({
        o: i!.pipe(
          mapBounded(async (item) => {
            open++;
            await immediate();
            open--;
            if (item === at) throw new RangeError(`item ${String(at)}`);
            return item;
          }, 3),
        ),
      })),
      stage('end', { i: 'm.o' }, ({ i }) => ({ o: i! })),
    ];
    const received: unknown[] = [];
    const graph = runGraph(stages, { onItem: ({ stage: id }, item) => id === 'end' && received.push(item) });
    const failure = await new Promise<unknown>((resolve) => graph.events.subscribe({ error: resolve }));
    expect(failure).toMatchObject({ stage: 'm', error: new RangeError(`item ${String(at)}`) });
    expect(await graph.settled()).toBe(true);
    expect({ closed, open, received }).toEqual({ closed: 1, open: 0, received: range(at) });
  });

  it.each(range(12))('by leaving it at event %i releases everything', async (at) => {
    let closed = 0;
    const stages = [
      stage('s', {}, () => ({
        o: fromPull(async function* () {
          try {
            for (let i = 0; ; i++) yield await Promise.resolve(i);
          } finally {
            closed++;
          }
        }),
      })),
      stage('m', { i: 's.o' }, ({ i }) => ({
        o: i!.pipe(mapBounded(async (item) => immediate().then(() => item), 2)),
      })),
    ];
    let seen = 0;
    const graph = runGraph(stages, {
      onItem: () => {
        if (++seen >= at) subscription.unsubscribe();
      },
    });
    const subscription = graph.events.subscribe();
    await immediate();
    while (seen < at) await immediate();
    subscription.unsubscribe();
    expect(await graph.settled()).toBe(true);
    expect(closed).toBe(1);
    const after = seen;
    await immediate();
    await immediate();
    expect(seen).toBe(after);
  });

  it('by a stage that cannot be wired names it', async () => {
    const broken = stage('broken', {}, () => {
      throw new TypeError('no');
    });
    const failure = await new Promise((resolve) =>
      runGraph([broken, source('s', 3)]).events.subscribe({ error: resolve }),
    );
    expect(failure).toEqual(new StageFailure('broken', new TypeError('no')));
  });

  it('says after a while that work does not end', async () => {
    const stuck = stage('stuck', {}, () => ({
      o: of(1, 2).pipe(mapBounded(async () => new Promise<number>(() => undefined), 1)),
    }));
    const graph = runGraph([stuck]);
    const subscription = graph.events.subscribe();
    subscription.unsubscribe();
    expect(await graph.settled(20)).toBe(false);
  });
});
