import type { Place } from './source-text.js';

/** A YAML value that knows where it stands. */
export type LocatedNode = LocatedMap | LocatedList | LocatedScalar;

interface Located {
  readonly place: Place;
  /** Where the value itself was written, when it came here through a variable. */
  readonly origin?: Place;
  /** The variables that were put in, for instance `vars.epochs`. */
  readonly variables?: readonly string[];
  /** The layer that brought the value, where its source does not say: `profile quick`, `matrix`. */
  readonly layer?: string;
  /** Its variables could not be put in, which has been reported: nothing more is said about the value. */
  readonly broken?: true;
}

export interface LocatedMap extends Located {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, LocatedEntry>;
}

export interface LocatedEntry {
  readonly key: Place;
  readonly value: LocatedNode;
}

export interface LocatedList extends Located {
  readonly kind: 'list';
  readonly items: readonly LocatedNode[];
}

export interface LocatedScalar extends Located {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** A `null` of a profile that takes away what the profile of the same name has in a file below. */
  readonly removal?: true;
}

export type PlainValue =
  string | number | boolean | null | readonly PlainValue[] | { readonly [key: string]: PlainValue };

export function toPlainValue(node: LocatedNode): PlainValue {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(toPlainValue);
    case 'map':
      return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, toPlainValue(value)]));
  }
}

/** The node and all in it, marked as brought by a layer. */
export function inLayer(node: LocatedNode, layer: string): LocatedNode {
  switch (node.kind) {
    case 'scalar':
      return { ...node, layer };
    case 'list':
      return { ...node, layer, items: node.items.map((item) => inLayer(item, layer)) };
    case 'map':
      return mapInLayer(node, layer);
  }
}

export function mapInLayer(map: LocatedMap, layer: string): LocatedMap {
  const entries = [...map.entries].map(
    ([name, { key, value }]) => [name, { key, value: inLayer(value, layer) }] as const,
  );
  return { ...map, layer, entries: new Map(entries) };
}

/** The map without some of its keys. */
export function without(map: LocatedMap, ...names: readonly string[]): LocatedMap {
  return { ...map, entries: new Map([...map.entries].filter(([name]) => !names.includes(name))) };
}

export function emptyMap(place: Place): LocatedMap {
  return { kind: 'map', place, entries: new Map() };
}

/** The entry of a map, or nothing where the node is no map. */
export function entryOf(node: LocatedNode | undefined, key: string): LocatedEntry | undefined {
  return node?.kind === 'map' ? node.entries.get(key) : undefined;
}

/**
 * Where `path` leads: the value's place, or, for the last step, the key's place where `atKey`. A path that goes on where
 * nothing is ends at the last thing that is there.
 */
export function placeOf(node: LocatedNode, path: readonly string[], atKey = false): Place {
  let current = node;
  let place = node.place;
  for (const [index, step] of path.entries()) {
    const last = index === path.length - 1;
    if (current.kind === 'map') {
      const entry = current.entries.get(step);
      if (entry === undefined) return place;
      if (last && atKey) return entry.key;
      current = entry.value;
    } else if (current.kind === 'list') {
      const item = current.items[Number(step)];
      if (item === undefined) return place;
      current = item;
    } else {
      return place;
    }
    place = current.place;
  }
  return place;
}

export function describeNode(node: LocatedNode): string {
  if (node.kind === 'map') return 'a mapping';
  if (node.kind === 'list') return 'a list';
  return node.value === null ? 'empty' : typeof node.value === 'string' ? 'text' : JSON.stringify(node.value);
}

export function nodeAt(node: LocatedNode, path: readonly string[]): LocatedNode | undefined {
  let current: LocatedNode | undefined = node;
  for (const step of path) {
    if (current?.kind === 'map') current = current.entries.get(step)?.value;
    else if (current?.kind === 'list') current = current.items[Number(step)];
    else return undefined;
  }
  return current;
}
