import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ContentStore } from '../services/content-store.js';
import { quickFiles } from '../testing/fixtures/faulty-files.js';
import { keyNumber } from '../testing/fixtures/store-content.js';
import { collectGarbage } from './collect-garbage.js';
import { openContentStore } from './content-store.js';
import { entryPath, listStore } from './list-entries.js';
import { KEYS_FILE, openRunReferences, withReferences } from './run-references.js';

const files = quickFiles;
const HOUR = 3_600_000;

const key = fc.nat({ max: 5 }).map(keyNumber);
const run = fc.constantFrom('a', 'b', 'c');
const step = fc.oneof(
  fc.record({ do: fc.constant('use' as const), run, key }),
  fc.record({ do: fc.constant('use' as const), run, key }),
  fc.record({ do: fc.constant('write alone' as const), key, bytes: fc.nat({ max: 300 }) }),
  fc.record({ do: fc.constant('mention' as const), run, key }),
  fc.record({ do: fc.constant('kill and resume' as const), run }),
  fc.record({ do: fc.constant('remove run' as const), run }),
  fc.record({ do: fc.constant('age' as const), key, hours: fc.nat({ max: 100 }) }),
  fc.record({
    do: fc.constant('collect' as const),
    maxBytes: fc.constantFrom(0, 150, 600, Infinity),
    olderThanMs: fc.constantFrom(0, 20 * HOUR, Infinity),
  }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** A store and its runs, and beside them what each run that is still there has referred to. */
function openHistory(folder: string) {
  const dir = join(folder, 'store');
  const alone = openContentStore(dir, { files });
  const stores = new Map<string, ContentStore>();
  const referred = new Map<string, Set<string>>();
  const folderOf = (name: string): string => join(folder, name);
  const storeOf = (name: string): ContentStore => {
    mkdirSync(folderOf(name), { recursive: true });
    const store = stores.get(name) ?? withReferences(alone, openRunReferences(dir, folderOf(name), { files }));
    stores.set(name, store);
    return store;
  };
  const refer = (name: string, to: string): void => {
    referred.set(name, (referred.get(name) ?? new Set()).add(to));
  };
  const collect = async (limits: { readonly maxBytes: number; readonly olderThanMs: number }): Promise<void> => {
    const now = Date.now();
    const before = (await listStore(dir, files)).entries;
    const { removed } = await collectGarbage(dir, { ...limits, now, files });
    const after = (await listStore(dir, files)).entries;
    const kept = new Set([...referred.values()].flatMap((keys) => [...keys]));
    const left = new Set(after.map((entry) => entry.key));
    expect(before.filter((entry) => kept.has(entry.key) && !left.has(entry.key))).toEqual([]);
    expect(removed.map((entry) => entry.key).sort()).toEqual(
      before.map((entry) => entry.key).filter((each) => !left.has(each)),
    );
    const free = after.filter((entry) => !kept.has(entry.key));
    const bytes = after.reduce((sum, entry) => sum + entry.bytes, 0);
    expect(bytes <= limits.maxBytes || free.length === 0).toBe(true);
    expect(free.filter(({ usedAt }) => now - usedAt > limits.olderThanMs)).toEqual([]);
    const lastRemoved = Math.max(-Infinity, ...removed.map(({ usedAt }) => usedAt));
    expect(free.filter(({ usedAt }) => usedAt < lastRemoved)).toEqual([]);
    if (existsSync(join(dir, 'roots'))) expect(readdirSync(join(dir, 'roots'))).toHaveLength(referred.size);
  };
  return async (now: Step): Promise<void> => {
    switch (now.do) {
      case 'use':
        refer(now.run, now.key);
        if ((await storeOf(now.run).read(now.key)) === undefined)
          await storeOf(now.run).write(now.key, new Uint8Array(50));
        return;
      case 'write alone':
        return alone.write(now.key, new Uint8Array(now.bytes));
      case 'mention':
        // A run that has used nothing is not known to the store.
        if (!referred.has(now.run)) return;
        refer(now.run, now.key);
        appendFileSync(join(folderOf(now.run), 'manifest.json'), `{"digest":"${now.key}"}`);
        return;
      case 'kill and resume':
        stores.delete(now.run);
        if (referred.has(now.run)) appendFileSync(join(folderOf(now.run), KEYS_FILE), keyNumber(9).slice(0, 20));
        return;
      case 'remove run':
        stores.delete(now.run);
        referred.delete(now.run);
        {
          rmSync(folderOf(now.run), { recursive: true, force: true });
          return;
        }
      case 'age': {
        const path = entryPath(dir, now.key);
        const seconds = Date.now() / 1000 - now.hours * 3600;
        if (existsSync(path)) utimesSync(path, seconds, seconds);
        return;
      }
      case 'collect':
        return collect(now);
    }
  };
}

it('no history makes garbage of what a kept run refers to, and the rest goes in order of its last use (R21)', async () => {
  const root = mkdtempSync(join(tmpdir(), 'sluice-histories-'));
  let number = 0;
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const folder = join(root, String(number++));
        const apply = openHistory(folder);
        for (const each of steps) await apply(each);
        await apply({ do: 'collect', maxBytes: 0, olderThanMs: Infinity });
        rmSync(folder, { recursive: true, force: true });
      }),
      { numRuns: 1000 },
    );
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}, 180_000);
