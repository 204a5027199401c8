import { isAlias, isMap, isScalar, isSeq, type Alias, type Document, type Node, type Pair, type YAMLMap } from 'yaml';
import { type LocatedEntry, type LocatedNode } from './located-node.js';
import { problem, type Report } from './problem.js';
import type { Place, SourceText } from './source-text.js';

const INTEGER = /^[-+]?(?:[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$/;
/** Values that aliases may expand to, all together. */
const MAX_VALUES = 50_000;
/** Each could reach an object's prototype where code is careless. */
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

export function isForbiddenKey(key: string): boolean {
  return FORBIDDEN_KEYS.has(key);
}

/** Turns a composed document into located nodes. Reports what YAML allows and a pipeline does not; where it did, nothing comes back. */
export function convertDocument(document: Document, source: SourceText, report: Report): LocatedNode | undefined {
  const conversion = new Conversion(source, report);
  const contents = document.contents;
  if (contents === null) return { kind: 'scalar', value: null, place: { source, start: 0, end: 0 } };
  const node = conversion.convert(contents, { source, start: 0, end: 0 });
  return conversion.sound ? node : undefined;
}

interface Converted {
  readonly node: LocatedNode;
  /** Values in it, with aliases expanded. */
  readonly size: number;
}

class Conversion {
  sound = true;
  readonly #source: SourceText;
  readonly #report: Report;
  readonly #done = new Map<Node, Converted>();
  /** The latest node of each anchor: an alias means the one before it. */
  readonly #anchors = new Map<string, Node>();
  readonly #open = new Set<Node>();
  #size = 0;

  constructor(source: SourceText, report: Report) {
    this.#source = source;
    this.#report = (diagnostic) => {
      this.sound = false;
      report(diagnostic);
    };
  }

  /** `fallback` is where a value that was left out would stand. */
  convert(node: unknown, fallback: Place): LocatedNode {
    if (isAlias(node)) return this.#expand(node);
    if ((isMap(node) || isSeq(node) || isScalar(node)) && node.anchor !== undefined)
      this.#anchors.set(node.anchor, node);
    const before = this.#size++;
    let converted: LocatedNode;
    if (isMap(node)) {
      this.#open.add(node);
      converted = { kind: 'map', place: this.#place(node, fallback), entries: this.#entries(node) };
      this.#open.delete(node);
    } else if (isSeq(node)) {
      this.#open.add(node);
      const place = this.#place(node, fallback);
      converted = { kind: 'list', place, items: node.items.map((item) => this.convert(item, place)) };
      this.#open.delete(node);
    } else if (isScalar(node)) {
      const place = node.source === '' && node.value === null ? fallback : this.#place(node, fallback);
      converted = { kind: 'scalar', place, value: this.#scalar(node.value, place) };
    } else {
      return { kind: 'scalar', place: fallback, value: null };
    }
    this.#done.set(node, { node: converted, size: this.#size - before });
    return converted;
  }

  #entries(map: YAMLMap): Map<string, LocatedEntry> {
    const entries = new Map<string, LocatedEntry>();
    for (const pair of map.items) {
      const entry = this.#entry(pair, map);
      if (entry === undefined) continue;
      const first = entries.get(entry.name);
      if (first === undefined) {
        entries.set(entry.name, entry);
      } else {
        const related = [{ message: 'the first stands here', place: first.key }];
        this.#report(problem('duplicate-key', entry.key, { key: entry.name }, { related }));
      }
    }
    return entries;
  }

  #entry(pair: Pair, map: YAMLMap): (LocatedEntry & { readonly name: string }) | undefined {
    const { key } = pair;
    const place = this.#place(key, this.#place(map, { source: this.#source, start: 0, end: 0 }));
    if (!isScalar(key) || typeof key.value !== 'string') {
      const written = isScalar(key) ? this.#source.text.slice(place.start, place.end) : '';
      const found = isScalar(key)
        ? key.value === null
          ? 'null'
          : written
        : isAlias(key)
          ? 'an alias'
          : 'a collection';
      const hint = isScalar(key) && key.value !== null ? `write it in quotes: "${written}"` : undefined;
      this.#report(problem('bad-key', place, { found }, { hint }));
      return undefined;
    }
    const name = key.value;
    if (FORBIDDEN_KEYS.has(name)) {
      this.#report(problem('forbidden-key', place, { key: name }, { hint: 'choose another name' }));
      return undefined;
    }
    if (name === '<<' && key.type === 'PLAIN') {
      const hint = 'use an alias for the whole value, or variables';
      this.#report(problem('merge-key', place, undefined, { hint }));
      return undefined;
    }
    return { name, key: place, value: this.convert(pair.value, place) };
  }

  #expand(alias: Alias): LocatedNode {
    const place = this.#place(alias, { source: this.#source, start: 0, end: 0 });
    const nothing: LocatedNode = { kind: 'scalar', place, value: null };
    const target = this.#anchors.get(alias.source);
    if (target === undefined) {
      this.#report(problem('unknown-alias', place, { alias: alias.source }));
      return nothing;
    }
    if (this.#open.has(target)) {
      this.#report(problem('alias-cycle', place, { alias: alias.source }));
      return nothing;
    }
    const done = this.#done.get(target);
    if (done === undefined) return nothing;
    this.#size += done.size;
    if (this.#size > MAX_VALUES) {
      if (this.sound) this.#report(problem('alias-bomb', place, { limit: MAX_VALUES }));
      return nothing;
    }
    return done.node;
  }

  #scalar(value: unknown, place: Place): string | number | boolean | null {
    if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
    const text = this.#source.text.slice(place.start, place.end);
    if (typeof value === 'number' && Number.isFinite(value) && (Number.isSafeInteger(value) || !INTEGER.test(text))) {
      return value;
    }
    this.#report(problem('unsafe-number', place, { text }, { hint: `write it in quotes to keep it as text` }));
    return null;
  }

  #place(node: unknown, fallback: Place): Place {
    const range = (node as Node | null | undefined)?.range;
    if (!range) return fallback;
    const [start, end] = range;
    return { source: this.#source, start, end: Math.max(start, end) };
  }
}
