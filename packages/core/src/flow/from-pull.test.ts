import { lastValueFrom, take, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { fromPull } from './from-pull.js';
import { mapBounded } from './map-bounded.js';

function* numbers(log: string[], to = Infinity): Generator<number> {
  try {
    for (let i = 0; i < to; i++) {
      log.push(`pull ${String(i)}`);
      yield i;
    }
  } finally {
    log.push('closed');
  }
}

async function* slowly(log: string[], to = Infinity): AsyncGenerator<number> {
  for (const value of numbers(log, to)) {
    await Promise.resolve();
    yield value;
  }
}

describe('fromPull', () => {
  it.each([
    ['a list', () => [0, 1, 2]],
    ['an iterator', () => numbers([], 3)],
    ['an asynchronous iterator', () => slowly([], 3)],
    ['a function', () => () => slowly([], 3)],
  ])('emits what %s yields', async (_title, make) => {
    expect(await lastValueFrom(fromPull(make()).pipe(toArray()))).toEqual([0, 1, 2]);
  });

  it('gives every subscriber of a function an iterator of its own', async () => {
    const source = fromPull(() => numbers([], 2));
    expect(await lastValueFrom(source.pipe(toArray()))).toEqual([0, 1]);
    expect(await lastValueFrom(source.pipe(toArray()))).toEqual([0, 1]);
  });

  it('pulls no further than those behind it want, and closes the iterator', async () => {
    for (const make of [numbers, slowly]) {
      const log: string[] = [];
      await lastValueFrom(fromPull(make(log)).pipe(take(2), toArray()));
      await new Promise((resolve) => setImmediate(resolve));
      expect(log.filter((line) => line !== 'closed')).toEqual(['pull 0', 'pull 1']);
      expect(log.at(-1)).toBe('closed');
    }
  });

  it('stays with the items that mapBounded works on', async () => {
    const log: string[] = [];
    const gates: (() => void)[] = [];
    const work = async (item: number): Promise<number> => {
      await new Promise<void>((resolve) => gates.push(resolve));
      return item;
    };
    const result = lastValueFrom(fromPull(numbers(log, 10)).pipe(mapBounded(work, 3), toArray()));
    expect(log).toEqual(['pull 0', 'pull 1', 'pull 2']);
    gates.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
    expect(log).toHaveLength(4);
    const timer = setInterval(() => gates.shift()?.(), 0);
    expect(await result).toHaveLength(10);
    clearInterval(timer);
  });

  it('fails with what the iterator throws', async () => {
    const failing = (function* (): Generator<number> {
      yield 1;
      throw new RangeError('two');
    })();
    await expect(lastValueFrom(fromPull(failing))).rejects.toThrow('two');
    const rejecting = async function* (): AsyncGenerator<number> {
      yield await Promise.reject<number>(new RangeError('one'));
    };
    await expect(lastValueFrom(fromPull(rejecting))).rejects.toThrow('one');
  });

  it('fails where there is no iterator', async () => {
    const none = (): Iterable<number> => {
      throw new TypeError('none');
    };
    await expect(lastValueFrom(fromPull(none))).rejects.toThrow('none');
  });

  it('lets timers be heard while an endless source runs', async () => {
    const subscription = fromPull(slowly([])).subscribe();
    await new Promise((resolve) => setTimeout(resolve, 20));
    subscription.unsubscribe();
  });
});
