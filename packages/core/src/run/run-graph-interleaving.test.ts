import fc from 'fast-check';
import { filter, map, merge, share, take, zip } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { fromPull } from '../flow/from-pull.js';
import { mapBounded } from '../flow/map-bounded.js';
import { range, stage, worst } from '../testing/fixtures/graph.js';
import { runGraph, type GraphStage } from './run-graph.js';

/** The long form is for a run of its own: `SLUICE_LONG=1 npx vitest run packages/core/src/run/run-graph-interleaving.test.ts`. */
const numRuns = process.env['SLUICE_LONG'] === undefined ? 600 : 20_000;

interface Probe {
  opened: number;
  closed: number;
  working: number;
}

/** Source, two branches of different width, a join in pairs, a merged input, and a loop that lets the source go on. */
function graphOf(
  count: number,
  [left, right]: readonly [number, number],
  pause: () => Promise<void>,
  probe: Probe,
): readonly GraphStage[] {
  const work = async (item: number): Promise<number> => {
    probe.working++;
    try {
      await pause();
    } finally {
      probe.working--;
    }
    return item;
  };
  return [
    stage('s', { 'word?': 'judge.o' }, ({ word }) => ({
      o: fromPull(async function* () {
        probe.opened++;
        try {
          for (let i = 0; i < count; i++) {
            await pause();
            yield i;
            // Every third item needs a word on it before the next.
            if (i % 3 === 2) await new Promise<void>((go) => word!.pipe(take(1)).subscribe({ complete: go }));
          }
        } finally {
          probe.closed++;
        }
      }),
    })),
    stage('left', { i: 's.o' }, ({ i }) => ({ o: i!.pipe(mapBounded(work, left)) })),
    stage('right', { i: 's.o' }, ({ i }) => ({
      o: i!.pipe(
        mapBounded(async (item) => work(-item), right),
        share(),
      ),
    })),
    stage('pair', { a: 'left.o', b: 'right.o' }, ({ a, b }) => ({
      o: zip(a!, b!).pipe(
        map(([x, y]) => [x, y]),
        mapBounded(async ([x = 0, y = 0]) => [await work(x), y], 2),
      ),
    })),
    stage('merged', { i: ['left.o', 'right.o'] }, ({ i }) => ({ o: merge(i!) })),
    stage('judge', { i: 'left.o' }, ({ i }) => ({
      o: i!.pipe(
        mapBounded(async (item) => work(item), 1),
        filter((item) => item % 3 === 2),
      ),
    })),
  ];
}

describe('a graph under any interleaving', () => {
  it(
    `keeps order and bounds and releases everything, left or not (${String(numRuns)} runs)`,
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.scheduler(),
          fc.integer({ min: 0, max: 8 }),
          fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
          fc.integer({ min: 1, max: 4 }),
          fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }),
          async (scheduler, count, widths, bound, leaveAt) => {
            const probe: Probe = { opened: 0, closed: 0, working: 0 };
            const items: Record<string, unknown[]> = { left: [], right: [], pair: [], merged: [], judge: [], s: [] };
            let seen = 0;
            let leave = (): void => undefined;
            const graph = runGraph(
              graphOf(count, widths, () => scheduler.schedule(Promise.resolve()), probe),
              {
                bound,
                onItem: ({ stage: id }, item) => {
                  items[id]!.push(item);
                  if (++seen === leaveAt) leave();
                },
              },
            );
            const ended = new Promise<void>((resolve, reject) => {
              const subscription = graph.events.subscribe({ error: reject, complete: resolve });
              leave = () => {
                subscription.unsubscribe();
                resolve();
              };
            });
            await scheduler.waitFor(ended);
            const settled = graph.settled();
            await scheduler.waitFor(settled);
            expect(await settled).toBe(true);

            const all = range(count);
            const pairs = all.map((i) => [i, -i]);
            const expected = { s: all, left: all, right: all.map((i) => -i), pair: pairs };
            const whole = leaveAt === undefined || seen < leaveAt;
            for (const [id, list] of Object.entries(expected)) {
              expect(items[id]).toEqual(whole ? list : list.slice(0, items[id]!.length));
            }
            if (whole) expect(items['merged']).toHaveLength(2 * count);
            else expect(seen).toBe(leaveAt);
            expect(worst(graph.statistics())).toBeLessThanOrEqual(0);
            expect(probe).toEqual({ opened: probe.closed, closed: probe.closed, working: 0 });
          },
        ),
        { numRuns },
      );
    },
    30 * 60_000,
  );
});
