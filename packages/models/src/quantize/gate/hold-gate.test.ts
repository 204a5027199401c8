import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holdGate, type GateOutcome } from './hold-gate.js';

/** A network whose groups cost F1 each; `errors` is the order in which they are thought to be bad. */
function gated(costs: Readonly<Record<string, number>>, atLeast: number, most = Infinity): Promise<GateOutcome> {
  const names = Object.keys(costs);
  return holdGate({
    atLeast,
    measure: (float) =>
      Promise.resolve(1 - names.filter((name) => !float.has(name)).reduce((sum, name) => sum + costs[name]!, 0)),
    rank: () =>
      Promise.resolve(names.map((group) => ({ group, error: costs[group]! })).sort((a, b) => b.error - a.error)),
    isWorthwhile: (float) => float.size <= Math.min(most, names.length - 1),
  });
}

describe('holdGate', () => {
  it('quantizes everything where the gate holds, and ranks nothing', async () => {
    expect(await gated({ a: 0.125, b: 0.125 }, 0.75)).toEqual({
      holds: true,
      float: [],
      f1: 0.75,
      trials: [{ float: 0, f1: 0.75 }],
      ranking: [],
    });
  });

  it('returns the worst group to float, and no more than that', async () => {
    const { holds, float, f1, ranking } = await gated({ a: 0.0625, b: 0.5, c: 0.0625, d: 0.0625 }, 0.75);
    expect({ holds, float, f1 }).toEqual({ holds: true, float: ['b'], f1: 0.8125 });
    expect(ranking.map(({ group }) => group)).toEqual(['b', 'a', 'c', 'd']);
  });

  it('doubles until the gate holds, then looks for the fewest in between', async () => {
    const costs = Object.fromEntries(Array.from({ length: 32 }, (_, i) => [`g${String(i)}`, 1 / 64]));
    const { float, trials } = await gated(costs, 1 - 21 / 64);
    expect(float).toHaveLength(11);
    expect(trials.map(({ float: count }) => count)).toEqual([0, 1, 2, 4, 8, 16, 12, 10, 11]);
  });

  it('does not hold where what is left to quantize is not worth while', async () => {
    const { holds, float, f1 } = await gated({ a: 0.25, b: 0.25, c: 0.25 }, 0.75, 1);
    expect({ holds, float, f1 }).toEqual({ holds: false, float: ['a'], f1: 0.5 });
    expect(await gated({ a: 0.5 }, 0.75)).toMatchObject({ holds: false, float: [], f1: 0.5 });
  });

  it('ends with a choice that it has measured, the smallest in the ranking that holds where more float never hurts', async () => {
    const costs = fc.dictionary(fc.string({ minLength: 1 }), fc.integer({ min: 0, max: 8 }), { maxKeys: 20 });
    await fc.assert(
      fc.asyncProperty(costs, fc.integer({ min: 0, max: 100 }), async (eighths, limit) => {
        const cost = Object.fromEntries(Object.entries(eighths).map(([name, value]) => [name, value / 256]));
        const atLeast = 1 - limit / 256;
        const { holds, float, f1, trials, ranking } = await gated(cost, atLeast);
        expect(trials).toContainEqual({ float: float.length, f1 });
        expect(holds).toBe(f1 >= atLeast);
        expect(float).toEqual(ranking.slice(0, float.length).map(({ group }) => group));
        if (!holds || float.length === 0) return;
        const fewer = new Set(float.slice(0, -1));
        const before =
          1 -
          Object.keys(cost)
            .filter((name) => !fewer.has(name))
            .reduce((sum, name) => sum + cost[name]!, 0);
        expect(before).toBeLessThan(atLeast);
      }),
    );
  });
});
