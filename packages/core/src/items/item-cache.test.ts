import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Type } from '@sinclair/typebox';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { ContentStore } from '../services/content-store.js';
import { defineContract } from '../stage/data-contract.js';
import { definePureStage } from '../stage/item-stage.js';
import type { AnyPurity } from '../stage/item-work.js';
import type { PlannedStage } from '../pipeline/plan.js';
import type { CacheRecord, KeyParts } from './cache-record.js';
import { itemKey, openItemCache, type ItemCacheOptions } from './item-cache.js';
import { keyPartsOf } from './key-parts.js';

const folder = mkdtempSync(join(tmpdir(), 'sluice-keys-'));
afterAll(() => rmSync(folder, { recursive: true }));

function memoryStore(): ContentStore & { readonly entries: Map<string, Uint8Array> } {
  const entries = new Map<string, Uint8Array>();
  return {
    entries,
    read: (key) => Promise.resolve(entries.get(key) as Uint8Array<ArrayBuffer> | undefined),
    write: (key, content) => Promise.resolve(void entries.set(key, content)),
    has: (key) => Promise.resolve(entries.has(key)),
  };
}

const parts: KeyParts = {
  stage: 'double',
  package: { name: '@x/double', version: '1.0.0', integrity: 'sha256-1' },
  options: { by: 2 },
  environment: {},
  seed: null,
};
const purity = (keeps: 'json' | 'bytes'): AnyPurity => ({
  keeps,
  seeded: false,
  identity: (item) => item,
  environment: () => ({}),
});

function setUp(changes: Partial<ItemCacheOptions> = {}) {
  const store = memoryStore();
  const records: CacheRecord[] = [];
  const made: unknown[] = [];
  const cache = openItemCache({
    store,
    purity: purity('json'),
    parts,
    record: (record) => records.push(record),
    ...changes,
  });
  const get = async (item: unknown, result: unknown = { of: item }): Promise<unknown> =>
    cache.kept(item, 'an item', () => {
      made.push(item);
      return Promise.resolve(result);
    });
  return { store, records, made, get };
}

describe('the item cache', () => {
  it('makes a result once and records what happened', async () => {
    const { get, made, records } = setUp();
    expect(await get(3)).toMatchObject({ value: { of: 3 } });
    expect(await get(3)).toMatchObject({ value: { of: 3 } });
    expect(made).toEqual([3]);
    expect(records.map(({ outcome }) => outcome)).toEqual(['miss', 'hit']);
    expect(records[0]!.key).toBe(records[1]!.key);
  });

  it('makes one result for equal items that come at once', async () => {
    const { get, made } = setUp();
    await Promise.all([get(3), get(3), get(4), get(3)]);
    expect(made).toEqual([3, 4]);
  });

  it('tries again when making failed, and keeps nothing of it', async () => {
    const { store } = setUp();
    const cache = openItemCache({ store, purity: purity('json'), parts, record: () => undefined });
    await expect(cache.kept(1, 'one', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(store.entries.size).toBe(0);
    expect(await cache.kept(1, 'one', () => Promise.resolve(5))).toMatchObject({ value: 5 });
  });

  it('makes everything anew when forced', async () => {
    const first = setUp();
    await first.get(3, 'old');
    const { get, records } = setUp({ store: first.store, force: true });
    expect(await get(3, 'new')).toMatchObject({ value: 'new' });
    expect(records[0]!.outcome).toBe('miss');
  });

  it('makes nothing where it may only look', async () => {
    const { get, made } = setUp({ lookOnly: true });
    await expect(get(3)).rejects.toMatchObject({ code: 'core/NOT_IN_CACHE' });
    expect(made).toEqual([]);
  });

  it('makes bytes again that were removed before they were read', async () => {
    const { store, get, made } = setUp({ purity: purity('bytes') });
    const kept = (await get(3, Uint8Array.of(1, 2))) as { key: string; read: () => Promise<Uint8Array> };
    expect(await kept.read()).toEqual(Uint8Array.of(1, 2));
    store.entries.clear();
    expect(await kept.read()).toEqual(Uint8Array.of(1, 2));
    expect(made).toEqual([3, 3]);
    expect(store.entries.has(kept.key)).toBe(true);
  });

  it.each<[string, 'json' | 'bytes', unknown, string]>([
    ['JSON cannot hold', 'json', { rate: Number.NaN }, 'core/NOT_CANONICAL'],
    ['is no bytes', 'bytes', 'text', 'core/NOT_BYTES'],
  ])('refuses a result that %s', async (_, keeps, result, code) => {
    const { get, store } = setUp({ purity: purity(keeps) });
    await expect(get(3, result)).rejects.toMatchObject({ code });
    expect(store.entries.size).toBe(0);
  });
});

describe('the key of a result', () => {
  const Numbers = defineContract<number>('Number', 'A number.');
  const definition = definePureStage({
    type: 'pure',
    summary: '',
    inputs: { in: Numbers },
    outputs: { out: Numbers },
    options: Type.Object({
      text: Type.String(),
      file: Type.Optional(Type.String({ format: 'path' })),
      together: Type.Integer({ default: 1, cacheKey: false }),
      nested: Type.Optional(Type.Object({ rate: Type.Number(), quiet: Type.Boolean({ cacheKey: false }) })),
    }),
    keeps: 'json',
    environment: ({ text }, { engine }) => ({ library: `1.${text.length}`, engine }),
    create: () => ({ work: (item) => item, result: (item) => item }),
  });
  const stage = (options: Readonly<Record<string, unknown>>, changes: Partial<PlannedStage> = {}): PlannedStage => ({
    id: 'pure',
    uses: 'pure',
    package: { name: '@x/pure', version: '1.0.0' },
    definition,
    options: { text: 'a', together: 1, ...options },
    inputs: {},
    ...changes,
  });
  const keyOf = async (
    planned: PlannedStage,
    seed = 0,
    item: unknown = 1,
    services = { engine: 'a' },
  ): Promise<string> =>
    itemKey(planned.definition.items!.pure!, await keyPartsOf(planned, { seed, services, servicePackages: {} }), item)
      .key;

  it('changes with everything that a result depends on', async () => {
    const seeded = {
      ...definition,
      items: { ...definition.items!, pure: { ...definition.items!.pure!, seeded: true } },
    };
    const keys = await Promise.all([
      keyOf(stage({})),
      keyOf(stage({ text: 'b' })),
      keyOf(stage({ text: 'bb' })), // and so another environment
      keyOf(stage({ nested: { rate: 1, quiet: true } })),
      keyOf(stage({ nested: { rate: 2, quiet: true } })),
      keyOf(stage({}, { package: { name: '@x/pure', version: '1.0.1' } })),
      keyOf(stage({}, { package: { name: '@y/pure', version: '1.0.0' } })),
      keyOf(stage({}), 0, 2),
      keyOf(stage({}), 0, 1, { engine: 'b' }),
      keyOf(stage({}, { definition: { ...definition, type: 'other' } })),
      keyOf(stage({}, { definition: seeded }), 1),
      keyOf(stage({}, { definition: seeded }), 2),
    ]);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('stays the same with what changes no result', async () => {
    const key = await keyOf(stage({}));
    expect(await keyOf(stage({ together: 8 }))).toBe(key);
    expect(await keyOf(stage({}, { id: 'renamed' }))).toBe(key);
    expect(await keyOf(stage({}), 99)).toBe(key);
    const quiet = await keyOf(stage({ nested: { rate: 1, quiet: true } }));
    expect(await keyOf(stage({ nested: { quiet: false, rate: 1 } }))).toBe(quiet);
  });

  it('goes by the content of a file, not by its name or time', async () => {
    const [one, two] = [join(folder, 'one'), join(folder, 'two')];
    writeFileSync(one, 'content');
    writeFileSync(two, 'content');
    const key = await keyOf(stage({ file: one }));
    utimesSync(one, 1, 1);
    expect(await keyOf(stage({ file: one }))).toBe(key);
    expect(await keyOf(stage({ file: two }))).toBe(key);
    writeFileSync(one, 'Content');
    utimesSync(one, 1, 1);
    expect(await keyOf(stage({ file: one }))).not.toBe(key);
  });

  it('is one for equal options and items, whatever the order of their keys', () => {
    const json = fc.jsonValue({ maxDepth: 3 });
    const shuffled = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(shuffled);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, each]) => [key, shuffled(each)]),
      );
    };
    const of = (options: unknown, item: unknown): string =>
      itemKey(purity('json'), { ...parts, options: options as KeyParts['options'] }, item).key;
    fc.assert(
      fc.property(fc.dictionary(fc.string(), json), json, (options, item) => {
        expect(of(shuffled(options), shuffled(item))).toBe(of(options, item));
      }),
      { numRuns: 3000 },
    );
  });

  it('differs for different options or items', () => {
    const json = fc.jsonValue({ maxDepth: 2 });
    const of = (options: unknown, item: unknown): string =>
      itemKey(purity('json'), { ...parts, options: { options } }, item).key;
    const text = (value: unknown): string => JSON.stringify(value, (_, each: unknown) => (each === 0 ? 0 : each));
    fc.assert(
      fc.property(json, json, json, json, (a, b, x, y) => {
        const same = sorted(a) === sorted(b) && sorted(x) === sorted(y);
        expect(of(a, x) === of(b, y)).toBe(same);
      }),
      { numRuns: 7000 },
    );
    function sorted(value: unknown): string {
      if (Array.isArray(value)) return `[${value.map(sorted).join()}]`;
      if (typeof value !== 'object' || value === null) return text(value);
      return `{${Object.entries(value)
        .map(([key, each]) => `${text(key)}:${sorted(each)}`)
        .sort()
        .join()}}`;
    }
  });
});
