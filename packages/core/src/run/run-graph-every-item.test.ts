import { getEventListeners } from 'node:events';
import { Type } from '@sinclair/typebox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromPull } from '../flow/from-pull.js';
import { mapBounded } from '../flow/map-bounded.js';
import { defineContract } from '../stage/data-contract.js';
import { defineStage } from '../stage/define-stage.js';
import { immediate, range, stage } from '../testing/fixtures/graph.js';
import { runStage } from '../testing/run-stage.js';
import { runGraph, type GraphStage } from './run-graph.js';

const LAST = 200;

/** What holds something outside JavaScript's memory: a timer an item in work, and an iterator to be closed. */
class Holdings {
  iterators = 0;
  timers = 0;

  async *numbers(failAt = Infinity): AsyncGenerator<number> {
    this.iterators++;
    try {
      for (let i = 0; ; i++) {
        if (i % 5 === 0) await immediate();
        if (i === failAt) throw new RangeError(`source ${String(i)}`);
        yield i;
      }
    } finally {
      this.iterators--;
    }
  }

  async work(item: number, failAt = Infinity): Promise<number> {
    this.timers++;
    await new Promise((resolve) => (item % 16 === 0 ? setTimeout(resolve, 1) : setImmediate(resolve)));
    this.timers--;
    if (item === failAt) throw new RangeError(`stage ${String(item)}`);
    return item;
  }
}

/** A diamond whose branches are joined again; each ends in items in order. */
function diamond(holdings: Holdings, sourceFailsAt?: number, stageFailsAt?: number): readonly GraphStage[] {
  return [
    stage('s', {}, () => ({ o: fromPull(() => holdings.numbers(sourceFailsAt)) })),
    stage('a', { i: 's.o' }, ({ i }) => ({ o: i!.pipe(mapBounded((item) => holdings.work(item, stageFailsAt), 3)) })),
    stage('b', { i: 's.o' }, ({ i }) => ({ o: i!.pipe(mapBounded((item) => holdings.work(item), 1)) })),
    stage('end', { i: ['a.o', 'b.o'] }, ({ i }) => ({ o: i! })),
  ];
}

interface Ending {
  readonly failure: unknown;
  readonly received: Readonly<Record<string, readonly number[]>>;
}

/** Runs until it fails, or is left when the stage `a` has emitted `leaveAfter` items. */
async function runOnce(stages: readonly GraphStage[], leaveAfter = Infinity): Promise<Ending> {
  const received: Record<string, number[]> = { s: [], a: [], b: [], end: [] };
  let leave = (): void => undefined;
  const graph = runGraph(stages, {
    bound: 4,
    onItem: ({ stage: id }, item) => {
      received[id]!.push(item as number);
      if (received['a']!.length >= leaveAfter) leave();
    },
  });
  const failure = await new Promise<unknown>((resolve) => {
    const subscription = graph.events.subscribe({ error: resolve, complete: () => resolve(undefined) });
    leave = () => {
      subscription.unsubscribe();
      resolve(undefined);
    };
    if (leaveAfter === 0) leave();
  });
  expect(await graph.settled()).toBe(true);
  return { failure, received };
}

/** Every list is the numbers from 0 on, at most so many. */
function expectPrefixes(received: Ending['received'], most: number): void {
  for (const id of ['s', 'a', 'b']) expect(received[id]).toEqual(range(received[id]!.length));
  expect(Math.max(received['a']!.length, received['b']!.length)).toBeLessThanOrEqual(most);
}

const active = (): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
};

/** All at once, each with holdings of its own. */
const atEvery = async (check: (at: number, holdings: Holdings) => Promise<void>): Promise<void> => {
  await Promise.all(
    range(LAST + 1).map(async (at) => {
      const holdings = new Holdings();
      await check(at, holdings);
      expect(holdings).toEqual({ iterators: 0, timers: 0 });
    }),
  );
};

describe(`a run that ends at item 0, 1, ... ${String(LAST)}`, () => {
  let before: Record<string, number>;
  beforeAll(async () => {
    await immediate();
    before = active();
  });
  /** At most a second later the process holds what it held before. */
  afterAll(async () => {
    for (let tries = 0; tries < 20 && JSON.stringify(active()) !== JSON.stringify(before); tries++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(active()).toEqual(before);
  });

  it('by an error of the source releases everything', async () => {
    await atEvery(async (at, holdings) => {
      const { failure, received } = await runOnce(diamond(holdings, at));
      expect(failure).toMatchObject({ stage: 's', error: new RangeError(`source ${String(at)}`) });
      expect(received['s']).toEqual(range(at));
      expectPrefixes(received, at);
    });
  }, 60_000);

  it('by an error of a stage releases everything', async () => {
    await atEvery(async (at, holdings) => {
      const { failure, received } = await runOnce(diamond(holdings, undefined, at));
      expect(failure).toMatchObject({ stage: 'a', error: new RangeError(`stage ${String(at)}`) });
      expectPrefixes(received, at + 4);
      expect(received['a']!.length).toBeLessThanOrEqual(at);
    });
  }, 60_000);

  it('because nobody listens any more releases everything', async () => {
    await atEvery(async (at, holdings) => {
      const { failure, received } = await runOnce(diamond(holdings), at);
      expect(failure).toBeUndefined();
      expect(received['a']).toEqual(range(at));
      expectPrefixes(received, at + 4);
    });
  }, 60_000);

  it('by a signal releases everything', async () => {
    const NumberContract = defineContract<number>('Number', 'A number.');
    await atEvery(async (at, holdings) => {
      const controller = new AbortController();
      const working = defineStage({
        type: 'working',
        summary: 'Works on numbers.',
        inputs: { numbers: NumberContract },
        outputs: { numbers: NumberContract },
        options: Type.Object({}),
        create:
          () =>
          ({ numbers }) => ({
            numbers: numbers.pipe(
              mapBounded(async (item) => {
                if (item === at) controller.abort(new RangeError(`enough at ${String(at)}`));
                return holdings.work(item);
              }, 3),
            ),
          }),
      });
      const run = runStage(working, { inputs: { numbers: holdings.numbers() }, signal: controller.signal });
      await expect(run).rejects.toThrow(`enough at ${String(at)}`);
      expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    });
  }, 60_000);
});
