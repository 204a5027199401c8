import { describeNode, entryOf, type LocatedEntry, type LocatedNode, type LocatedScalar } from './located-node.js';
import { problem, type Report } from './problem.js';
import type { Place } from './source-text.js';
import { suggestion } from './suggest.js';

/** `${...}`, or `$${` for a literal `${`. */
const REFERENCE = /\$\$\{|\$\{([^}]*)\}?/g;

/**
 * Replaces `${vars.name}` in all values. A value that is nothing else keeps the variable's type; inside text the variable is
 * written out. Variables may use variables.
 */
export function interpolate(root: LocatedNode, report: Report): LocatedNode {
  const variables = new Variables(entryOf(root, 'vars')?.value, report);
  if (root.kind !== 'map') return root;
  const entries = [...root.entries].map(([key, { key: place, value }]): [string, LocatedEntry] => {
    return [key, { key: place, value: key === 'vars' ? variables.all() : replace(value, variables) }];
  });
  return { ...root, entries: new Map(entries) };
}

/** Characters and values that variables may put in, all together: variables that double each other must not fill memory. */
const MAX_EXPANSION = 1_000_000;

class Variables {
  readonly report: Report;
  #expansion = 0;
  readonly #raw: LocatedNode | undefined;
  readonly #done = new Map<string, LocatedNode>();
  readonly #open: string[] = [];
  readonly #reported = new Set<string>();

  constructor(raw: LocatedNode | undefined, report: Report) {
    this.#raw = raw;
    this.report = report;
  }

  /** The `vars` block, interpolated. */
  all(): LocatedNode {
    const raw = this.#raw;
    if (raw?.kind !== 'map') return raw!;
    const entries = [...raw.entries].map(([name, { key, value }]): [string, LocatedEntry] => {
      return [name, { key, value: this.#resolve(name, key) ?? value }];
    });
    return { ...raw, entries: new Map(entries) };
  }

  /** What `vars.a.b` is; nothing, with a report, where there is no such variable. */
  get(path: readonly string[], place: Place): LocatedNode | undefined {
    const [name = '', ...rest] = path;
    let node = this.#resolve(name, place);
    const walked = [name];
    for (const step of rest) {
      if (node === undefined) return undefined;
      walked.push(step);
      const entry = entryOf(node, step);
      if (entry === undefined) {
        const names = node.kind === 'map' ? [...node.entries.keys()] : [];
        this.#unknown(walked.join('.'), step, names, place);
        return undefined;
      }
      node = entry.value;
    }
    return node;
  }

  #resolve(name: string, place: Place): LocatedNode | undefined {
    const done = this.#done.get(name);
    if (done !== undefined) return done;
    const entry = entryOf(this.#raw, name);
    if (entry === undefined) {
      const names = this.#raw?.kind === 'map' ? [...this.#raw.entries.keys()] : [];
      this.#unknown(name, name, names, place);
      return undefined;
    }
    if (this.#open.includes(name)) {
      const names = [...this.#open.slice(this.#open.indexOf(name)), name];
      const key = [...names].sort().join();
      if (!this.#reported.has(key)) this.report(problem('variable-cycle', place, { names }));
      this.#reported.add(key);
      return undefined;
    }
    this.#open.push(name);
    const value = replace(entry.value, this);
    this.#open.pop();
    this.#done.set(name, value);
    return value;
  }

  /** Counts what is put in; false, with one report, when it is too much. */
  spend(amount: number, place: Place): boolean {
    const before = this.#expansion;
    this.#expansion += amount;
    if (this.#expansion <= MAX_EXPANSION) return true;
    if (before <= MAX_EXPANSION) this.report(problem('variable-bomb', place, { limit: MAX_EXPANSION }));
    return false;
  }

  #unknown(name: string, step: string, names: readonly string[], place: Place): void {
    this.report(problem('unknown-variable', place, { name }, { hint: suggestion(step, names, 'variables') }));
  }
}

/** The same node where nothing is put in: the points of a sweep share what they have in common. */
function replace(node: LocatedNode, variables: Variables): LocatedNode {
  switch (node.kind) {
    case 'map': {
      const entries = [...node.entries].map(([name, { key, value }]) => {
        return [name, { key, value: replace(value, variables) }] as const;
      });
      const same = entries.every(([name, { value }]) => node.entries.get(name)?.value === value);
      return same ? node : { ...node, entries: new Map(entries) };
    }
    case 'list': {
      const items = node.items.map((item) => replace(item, variables));
      return items.every((item, index) => node.items[index] === item) ? node : { ...node, items };
    }
    case 'scalar':
      return typeof node.value === 'string' && node.value.includes('${')
        ? replaceText(node, node.value, variables)
        : node;
  }
}

function replaceText(node: LocatedScalar, text: string, variables: Variables): LocatedNode {
  const whole = /^\$\{([^}]*)\}$/.exec(text);
  if (whole !== null) {
    const value = lookUp(whole[1] ?? '', whole[0], node, variables);
    if (value === undefined || !variables.spend(weightOf(value), node.place)) return { ...node, broken: true };
    const name = (whole[1] ?? '').trim();
    return { ...value, place: node.place, origin: value.origin ?? value.place, variables: [name] };
  }
  let sound = true as boolean;
  const names = new Set<string>();
  const fail = (match: string): string => {
    sound = false;
    return match;
  };
  const replaced = text.replaceAll(REFERENCE, (match, reference: string | undefined) => {
    if (match === '$${') return '${';
    const value = lookUp(reference ?? '', match, node, variables);
    if (value === undefined) return fail(match);
    if (value.kind === 'scalar') {
      names.add((reference ?? '').trim());
      const written = value.value === null ? '' : String(value.value);
      return variables.spend(written.length, node.place) ? written : fail(match);
    }
    const name = (reference ?? '').trim().replace(/^vars\./, '');
    const place = placeOfMatch(node, match);
    variables.report(problem('variable-not-text', place, { name, found: describeNode(value) }));
    return fail(match);
  });
  const putIn = names.size > 0 && { variables: [...names] };
  return { ...node, value: replaced, ...putIn, ...(sound ? {} : { broken: true }) };
}

function lookUp(reference: string, match: string, node: LocatedScalar, variables: Variables): LocatedNode | undefined {
  const place = placeOfMatch(node, match);
  const path = reference.trim().split('.');
  if (!match.endsWith('}') || path[0] !== 'vars' || path.length < 2 || path.includes('')) {
    const hint = 'write ${vars.name}, or $${ for the characters themselves';
    variables.report(problem('bad-interpolation', place, { text: reference }, { hint }));
    return undefined;
  }
  return variables.get(path.slice(1), place);
}

/** Where the reference itself stands in the source; the whole scalar where quotes have changed it. */
function placeOfMatch(node: LocatedScalar, match: string): Place {
  const { source, start, end } = node.place;
  const at = source.text.slice(start, end).indexOf(match);
  return at === -1 ? node.place : { source, start: start + at, end: start + at + match.length };
}

const weights = new WeakMap<LocatedNode, number>();

/** Values and characters in a node, shared parts counted each time. */
function weightOf(node: LocatedNode): number {
  if (node.kind === 'scalar') return typeof node.value === 'string' ? 1 + node.value.length : 1;
  const known = weights.get(node);
  if (known !== undefined) return known;
  const parts = node.kind === 'list' ? node.items : [...node.entries.values()].map(({ value }) => value);
  const weight = parts.reduce((sum, part) => sum + weightOf(part), 1);
  weights.set(node, weight);
  return weight;
}
