import { isForbiddenKey } from './convert-document.js';
import {
  describeNode,
  emptyMap,
  toPlainValue,
  type LocatedEntry,
  type LocatedMap,
  type LocatedNode,
} from './located-node.js';
import { parseYaml } from './parse-yaml.js';
import { problem, type Report } from './problem.js';
import { SourceText, type Place } from './source-text.js';
import { suggestion } from './suggest.js';

/** Maps below which a key may be new: options and inputs are checked against their stage later, with better words. */
const OPEN = /^stages\.[^.]+\.(?:with|in)(?:\.|$)|^services(?:\.|$)/;

/**
 * Applies `a.b=value` arguments to the pipeline, in order. The value is YAML (`3`, `[1, 2]`, `text`). The path must lead to
 * something that is there, or to an option, an input or a service.
 */
export function applyOverrides(
  root: LocatedNode,
  overrides: readonly string[],
  cwd: string,
  topLevel: readonly string[],
  report: Report,
): LocatedNode {
  return overrides.reduce((node, text) => applyOverride(node, text, cwd, topLevel, report), root);
}

function applyOverride(
  root: LocatedNode,
  text: string,
  cwd: string,
  topLevel: readonly string[],
  report: Report,
): LocatedNode {
  const equals = text.indexOf('=');
  const whole = new SourceText('--set', cwd, text);
  const hint = 'write --set path.to.key=value';
  if (equals <= 0) {
    const place = { source: whole, start: 0, end: text.length };
    report(problem('bad-override', place, { reason: `"${text}" sets nothing` }, { hint }));
    return root;
  }
  const path = text.slice(0, equals).split('.');
  let offset = 0;
  const steps = path.map((name) => {
    const place: Place = { source: whole, start: offset, end: offset + name.length };
    offset += name.length + 1;
    return { name, place };
  });
  for (const { name, place } of steps) {
    if (isForbiddenKey(name)) {
      report(problem('forbidden-key', place, { key: name }, { hint: 'choose another name' }));
      return root;
    }
    if (name === '') {
      report(problem('bad-override', place, { reason: 'a name in the path is empty' }, { hint }));
      return root;
    }
  }
  const value = parseValue(text, equals + 1, cwd, report);
  if (value === undefined) return root;
  return place(root, steps, [], value, topLevel, report) ?? root;
}

interface Step {
  readonly name: string;
  readonly place: Place;
}

/** A copy of `node` with the value at the path; nothing, with a report, where the path leads nowhere. */
function place(
  node: LocatedNode,
  steps: readonly Step[],
  done: readonly string[],
  value: LocatedNode,
  topLevel: readonly string[],
  report: Report,
): LocatedNode | undefined {
  const [step, ...rest] = steps;
  if (step === undefined) return value;
  const path = [...done, step.name];
  const parent: LocatedNode = node.kind === 'scalar' && node.value === null ? emptyMap(node.place) : node;
  if (parent.kind === 'list') {
    const old = parent.items[Number(step.name)];
    const next = old === undefined ? undefined : place(old, rest, path, value, topLevel, report);
    if (next === undefined) {
      if (old === undefined) reportUnknown(step, path, parent, [], report);
      return undefined;
    }
    return { ...parent, items: parent.items.map((item) => (item === old ? next : item)) };
  }
  if (parent.kind === 'scalar') {
    const reason = `cannot set ${path.join('.')}: "${done.join('.')}" is ${describeNode(parent)}`;
    report(problem('bad-override', step.place, { reason }));
    return undefined;
  }
  const existing = parent.entries.get(step.name);
  const known = done.length === 0 ? topLevel : [];
  if (existing === undefined && !OPEN.test(path.join('.')) && !known.includes(step.name)) {
    reportUnknown(step, path, parent, known, report);
    return undefined;
  }
  const old = existing?.value ?? emptyMap(step.place);
  const next = place(old, rest, path, value, topLevel, report);
  if (next === undefined) return undefined;
  const entry: LocatedEntry = { key: existing?.key ?? step.place, value: next };
  return withEntry(parent, step.name, entry);
}

function withEntry(map: LocatedMap, name: string, entry: LocatedEntry): LocatedMap {
  return { ...map, entries: new Map([...map.entries, [name, entry]]) };
}

function reportUnknown(
  step: Step,
  path: readonly string[],
  parent: LocatedNode,
  known: readonly string[],
  report: Report,
): void {
  const names =
    parent.kind === 'map'
      ? [...new Set([...parent.entries.keys(), ...known])]
      : Object.keys(toPlainValue(parent) as object);
  const hint = suggestion(step.name, names, 'there are');
  report(problem('unknown-override', step.place, { path: path.join('.'), key: step.name }, { hint }));
}

/** The value stands behind blanks, so that positions are those of the whole argument. */
function parseValue(text: string, start: number, cwd: string, report: Report): LocatedNode | undefined {
  const value = text.slice(start);
  const source = new SourceText('--set', cwd, `${' '.repeat(start)}${value}`, text);
  if (value.trim() === '') return { kind: 'scalar', value: null, place: { source, start, end: text.length } };
  return parseYaml(source, report);
}
