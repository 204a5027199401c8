import type { StoreEntry } from './list-entries.js';

export interface GarbageLimits {
  /** Entries go, least recently used first, until the store holds no more bytes than this. */
  readonly maxBytes?: number;
  /** Entries go that were not used for so many milliseconds. */
  readonly olderThanMs?: number;
}

/** The entries that go, least recently used first. What a kept run refers to stays, also where the store then exceeds its limit. */
export function chooseGarbage(
  entries: readonly StoreEntry[],
  kept: ReadonlySet<string>,
  { maxBytes = Infinity, olderThanMs = Infinity }: GarbageLimits,
  now: number,
): readonly StoreEntry[] {
  let bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  const garbage: StoreEntry[] = [];
  const free = entries.filter(({ key }) => !kept.has(key));
  for (const entry of free.sort((a, b) => a.usedAt - b.usedAt || (a.key < b.key ? -1 : 1))) {
    if (bytes <= maxBytes && now - entry.usedAt <= olderThanMs) break;
    garbage.push(entry);
    bytes -= entry.bytes;
  }
  return garbage;
}
