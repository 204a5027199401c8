import { coreErrors } from '../errors/core-errors.js';
import { canonicalDigest, canonicalJson } from '../files/canonical-digest.js';
import type { ContentStore } from '../services/content-store.js';
import type { AnyPurity } from '../stage/item-work.js';
import { singleFlight } from '../store/single-flight.js';
import type { CacheRecord, KeyParts } from './cache-record.js';

/** Results of one stage, by item. */
export interface ItemCache {
  /** What is kept of an item's result; made, and kept, where nothing intact is there. */
  readonly kept: (item: unknown, label: string, make: () => Promise<unknown>) => Promise<unknown>;
}

export interface ItemCacheOptions {
  readonly store: ContentStore;
  readonly purity: AnyPurity;
  readonly parts: KeyParts;
  /** Makes everything anew. */
  readonly force?: boolean;
  /** Makes nothing: what is not there is an error. */
  readonly lookOnly?: boolean;
  readonly record: (record: CacheRecord) => void;
}

/** The key of an item's result, and the digest of the item that is a part of it. */
export function itemKey(
  purity: AnyPurity,
  parts: KeyParts,
  item: unknown,
): { readonly key: string; readonly input: string } {
  const input = canonicalDigest(purity.identity(item));
  return { key: canonicalDigest({ ...parts, input }), input };
}

export function openItemCache({ store, purity, parts, force, lookOnly, record }: ItemCacheOptions): ItemCache {
  /** Items with the same content share one result while it is made. */
  const making = singleFlight<Uint8Array>();

  const write = async (key: string, make: () => Promise<unknown>): Promise<Uint8Array> => {
    const content = toBytes(purity, await make());
    await store.write(key, content);
    return content;
  };
  const shared = (key: string, make: () => Promise<unknown>): Promise<Uint8Array> =>
    making.run(key, () => write(key, make));

  return {
    kept: async (item, label, make) => {
      const { key, input } = itemKey(purity, parts, item);
      const found = force === true || making.has(key) ? undefined : await lookUp(store, purity, key);
      if (found === undefined && lookOnly === true) throw coreErrors.NOT_IN_CACHE({ item: label });
      record({ item: label, key, input, outcome: found === undefined ? 'miss' : 'hit' });
      if (purity.keeps === 'json') return { key, value: fromJson(found?.content ?? (await shared(key, make))) };
      if (found === undefined) await shared(key, make);
      return { key, read: async () => (await store.read(key)) ?? shared(key, make) };
    },
  };
}

/** Where a run has no store, as in a stage's test: results are kept as long as somebody has them. */
export function keptInMemory(purity: AnyPurity): ItemCache {
  return {
    kept: async (item, _label, make) => {
      const content = toBytes(purity, await make());
      const key = canonicalDigest(purity.identity(item));
      if (purity.keeps === 'json') return { key, value: fromJson(content) };
      return { key, read: () => Promise.resolve(content) };
    },
  };
}

/** Whether there is an intact entry; its content only where it is wanted at once. */
export async function lookUp(
  store: ContentStore,
  { keeps }: AnyPurity,
  key: string,
): Promise<{ readonly content: Uint8Array } | undefined> {
  if (keeps === 'bytes') return (await store.has(key)) ? { content: new Uint8Array() } : undefined;
  const content = await store.read(key);
  return content === undefined ? undefined : { content };
}

function toBytes({ keeps }: AnyPurity, content: unknown): Uint8Array {
  if (keeps === 'json') return new TextEncoder().encode(canonicalJson(content));
  if (content instanceof Uint8Array) return content;
  throw coreErrors.NOT_BYTES({ found: typeof content });
}

const fromJson = (content: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(content));
