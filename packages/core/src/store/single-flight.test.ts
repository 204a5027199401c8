import { describe, expect, it } from 'vitest';
import { singleFlight } from './single-flight.js';

describe('singleFlight', () => {
  it('does work once for all who ask while it goes on, by key', async () => {
    const flight = singleFlight<string>();
    const worked: string[] = [];
    const ask = async (key: string): Promise<string> =>
      flight.run(key, async () => {
        worked.push(key);
        await new Promise((resolve) => setTimeout(resolve, 5));
        return `${key} ${worked.length}`;
      });
    const results = await Promise.all([ask('a'), ask('b'), ask('a'), ask('a')]);
    expect(worked).toEqual(['a', 'b']);
    expect(results).toEqual(['a 2', 'b 2', 'a 2', 'a 2']);
  });

  it('keeps nothing: neither a result nor a failure', async () => {
    const flight = singleFlight<number>();
    let times = 0;
    expect(await flight.run('a', () => ++times)).toBe(1);
    expect(await flight.run('a', () => ++times)).toBe(2);
    const fail = (): never => {
      throw new Error(`no ${++times}`);
    };
    const both = await Promise.allSettled([flight.run('a', fail), flight.run('a', fail)]);
    expect(both.map((each) => each.status === 'rejected' && String(each.reason))).toEqual([
      'Error: no 3',
      'Error: no 3',
    ]);
    expect(flight.has('a')).toBe(false);
    expect(await flight.run('a', () => 7)).toBe(7);
  });

  it('tells whether work on a key goes on', async () => {
    const flight = singleFlight<number>();
    const flying = flight.run('a', () => Promise.resolve(1));
    expect([flight.has('a'), flight.has('b')]).toEqual([true, false]);
    await flying;
    expect(flight.has('a')).toBe(false);
  });
});
