import type { LocatedEntry, LocatedMap, LocatedNode, LocatedScalar } from './located-node.js';

/** What a `null` over an inherited key does: take the key away, or stay, to take it away where the result is itself laid over something. */
type NullMeaning = (path: readonly string[]) => 'removes' | 'stays';

/** `over` laid over `base`: maps merge deeply, anything else replaces, `null` removes. Every value keeps the place where it was written. */
export function mergeOver(base: LocatedMap, over: LocatedMap): LocatedMap {
  return mergeMaps(base, over, [], () => 'removes');
}

/** As `mergeOver`, for whole files: inside a profile a `null` stays, since it is meant for what the profile is laid over. */
export function mergeFiles(base: LocatedMap, over: LocatedMap): LocatedMap {
  return mergeMaps(base, over, [], (path) => (path[0] === 'profiles' && path.length > 2 ? 'stays' : 'removes'));
}

function mergeMaps(base: LocatedMap, over: LocatedMap, path: readonly string[], meaning: NullMeaning): LocatedMap {
  const entries = new Map(base.entries);
  for (const [name, entry] of over.entries) {
    const inherited = entries.get(name);
    const here = [...path, name];
    if (inherited === undefined) {
      if (!isRemoval(entry.value)) entries.set(name, entry);
    } else if (isNull(entry.value) && meaning(here) === 'removes') {
      entries.delete(name);
    } else {
      entries.set(name, mergeEntry(inherited, entry, here, meaning));
    }
  }
  return { ...over, entries };
}

function mergeEntry(
  base: LocatedEntry,
  over: LocatedEntry,
  path: readonly string[],
  meaning: NullMeaning,
): LocatedEntry {
  if (isNull(over.value)) return { ...over, value: { ...over.value, removal: true } };
  if (base.value.kind !== 'map' || over.value.kind !== 'map') return over;
  return { key: over.key, value: mergeMaps(base.value, over.value, path, meaning) };
}

const isRemoval = (node: LocatedNode): boolean => node.kind === 'scalar' && node.removal === true;

const isNull = (node: LocatedNode): node is LocatedScalar => node.kind === 'scalar' && node.value === null;
