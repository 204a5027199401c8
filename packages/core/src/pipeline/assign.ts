import { isForbiddenKey } from './convert-document.js';
import { describeNode, emptyMap, type LocatedEntry, type LocatedNode } from './located-node.js';
import { settableKeys, stageKeys } from './pipeline-schema.js';
import { problem, type Report } from './problem.js';
import type { Place } from './source-text.js';
import { suggestion } from './suggest.js';

/** A value for one path of the pipeline: from `--set`, from the environment, from a sweep. */
export interface Assignment {
  readonly steps: readonly Step[];
  readonly value: LocatedNode;
}

export interface Step {
  readonly name: string;
  readonly place: Place;
}

/** The steps of a dotted path, which starts at `offset` of the place; nothing, with a report, where a name is empty or not allowed. */
export function stepsOf(
  path: string,
  placeOf: (from: number, to: number) => Place,
  hint: string,
  report: Report,
): readonly Step[] | undefined {
  let offset = 0;
  const steps = path.split('.').map((name): Step => {
    const place = placeOf(offset, offset + name.length);
    offset += name.length + 1;
    return { name, place };
  });
  return areAllowed(steps, hint, report) ? steps : undefined;
}

export function areAllowed(steps: readonly Step[], hint: string, report: Report): boolean {
  for (const { name, place } of steps) {
    if (isForbiddenKey(name)) {
      report(problem('forbidden-key', place, { key: name }, { hint: 'choose another name' }));
      return false;
    }
    if (name === '') {
      report(problem('bad-override', place, { reason: 'a name in the path is empty' }, { hint }));
      return false;
    }
  }
  return true;
}

/** The pipeline with the value put in; as it was, with a report, where the path leads nowhere. */
export function assign(root: LocatedNode, { steps, value }: Assignment, report: Report): LocatedNode {
  return put(root, steps, [], value, report) ?? root;
}

function put(
  node: LocatedNode,
  steps: readonly Step[],
  done: readonly string[],
  value: LocatedNode,
  report: Report,
): LocatedNode | undefined {
  const [step, ...rest] = steps;
  if (step === undefined) return value;
  const path = [...done, step.name];
  const parent: LocatedNode = node.kind === 'scalar' && node.value === null ? emptyMap(node.place) : node;
  if (parent.kind === 'list') {
    const index = Number(step.name);
    const old = parent.items[index];
    if (old === undefined) {
      reportUnknown(step, path, Object.keys(parent.items), report);
      return undefined;
    }
    const next = put(old, rest, path, value, report);
    return next && { ...parent, items: parent.items.with(index, next) };
  }
  if (parent.kind === 'scalar') {
    const reason = `cannot set ${path.join('.')}: "${done.join('.')}" is ${describeNode(parent)}`;
    report(problem('bad-override', step.place, { reason }));
    return undefined;
  }
  const existing = parent.entries.get(step.name);
  const known = knownKeys(done);
  if (existing === undefined && known !== 'any' && !known.includes(step.name)) {
    reportUnknown(step, path, [...new Set([...parent.entries.keys(), ...known])], report);
    return undefined;
  }
  const next = put(existing?.value ?? emptyMap(step.place), rest, path, value, report);
  if (next === undefined) return undefined;
  const entry: LocatedEntry = { key: existing?.key ?? step.place, value: next };
  return { ...parent, entries: new Map([...parent.entries, [step.name, entry]]) };
}

/** Keys that may be new in the map at a path. Options, inputs and services are checked against their stage later, with better words. */
function knownKeys(path: readonly string[]): readonly string[] | 'any' {
  if (path.length === 0) return settableKeys;
  if (path[0] === 'services' || (path[0] === 'stages' && path.length > 2)) return 'any';
  return path[0] === 'stages' && path.length === 2 ? stageKeys : [];
}

function reportUnknown(step: Step, path: readonly string[], names: readonly string[], report: Report): void {
  const hint = suggestion(step.name, names, 'there are');
  report(problem('unknown-override', step.place, { path: path.join('.'), key: step.name }, { hint }));
}
