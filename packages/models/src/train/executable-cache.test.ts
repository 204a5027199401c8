import { describe, expect, it } from 'vitest';
import type { Executable } from '../engines/tensor-engine.js';
import { executableCache } from './executable-cache.js';

function recording(budget: number) {
  const log: string[] = [];
  const cache = executableCache<{ size: number }, { executable: Executable }>({
    budget,
    cost: ({ size }) => size,
    compile: ({ size }) => {
      log.push(`compile ${String(size)}`);
      if (size < 0) return Promise.reject(new Error('no such size'));
      const release = (): Promise<void> => {
        log.push(`release ${String(size)}`);
        return Promise.resolve();
      };
      const executable: Executable = { label: '', inputs: [], outputs: [], run: () => Promise.resolve({}), release };
      return Promise.resolve({ executable });
    },
  });
  return { cache, log };
}

describe('executableCache', () => {
  it('compiles once for a shape', async () => {
    const { cache, log } = recording(10);
    expect(await cache.get({ size: 4 })).toBe(await cache.get({ size: 4 }));
    expect(log).toEqual(['compile 4']);
  });

  it('releases what was unused for longest, before it compiles, to stay within its budget', async () => {
    const { cache, log } = recording(7);
    for (const size of [4, 2, 1, 4, 3]) await cache.get({ size });
    expect(log).toEqual(['compile 4', 'compile 2', 'compile 1', 'release 2', 'release 1', 'compile 3']);
  });

  it('serves a shape that is over the budget all the same, alone', async () => {
    const { cache, log } = recording(3);
    for (const size of [1, 9]) await cache.get({ size });
    expect(log).toEqual(['compile 1', 'release 1', 'compile 9']);
  });

  it('forgets what could not be compiled, so that it may be tried again', async () => {
    const { cache, log } = recording(3);
    await expect(cache.get({ size: -1 })).rejects.toThrow('no such size');
    await expect(cache.get({ size: -1 })).rejects.toThrow('no such size');
    expect(log).toEqual(['compile -1', 'compile -1']);
  });

  it('releases all in the end', async () => {
    const { cache, log } = recording(9);
    for (const size of [1, 2]) await cache.get({ size });
    await cache.release();
    expect(log.slice(2)).toEqual(['release 1', 'release 2']);
  });
});
