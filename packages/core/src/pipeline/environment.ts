import { areAllowed, type Assignment, type Step } from './assign.js';
import { type LocatedNode } from './located-node.js';
import { parseAssigned } from './overrides.js';
import { settableKeys } from './pipeline-schema.js';
import { problem, type Report } from './problem.js';
import { SourceText } from './source-text.js';

const PREFIX = 'SLUICE__';
const HINT = 'write SLUICE__path__to__key=value';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What variables such as `SLUICE__VARS__EPOCHS=5` assign, in the order of their names. Names of variables can't have `-` and are
 * rarely lower case, so a segment means the key that is there and equal but for case and `_` for `-`; a new key is lower case with `-`.
 */
export function readEnvironment(
  environment: Environment,
  root: LocatedNode,
  cwd: string,
  report: Report,
): readonly Assignment[] {
  return Object.keys(environment)
    .filter((name) => name.toUpperCase().startsWith(PREFIX))
    .sort()
    .flatMap((name) => readVariable(name, environment[name], root, cwd, report) ?? []);
}

function readVariable(
  name: string,
  value: string | undefined,
  root: LocatedNode,
  cwd: string,
  report: Report,
): Assignment | undefined {
  if (value === undefined) return undefined;
  const text = `${name}=${value}`;
  const shownAs = `environment ${name}`;
  const steps = stepsTo(name, new SourceText(shownAs, cwd, text), root, report);
  if (steps === undefined || !areAllowed(steps, HINT, report)) return undefined;
  const node = parseAssigned(shownAs, text, name.length + 1, cwd, report);
  return node && { steps, value: node };
}

/** Walks the pipeline along the segments of a name. */
function stepsTo(name: string, source: SourceText, root: LocatedNode, report: Report): readonly Step[] | undefined {
  const segments = name.slice(PREFIX.length).split('__');
  const steps: Step[] = [];
  let node: LocatedNode | undefined = root;
  let start = PREFIX.length;
  while (segments.length > 0) {
    const keys = node?.kind === 'map' ? [...node.entries.keys()] : [];
    const { found, used } = keysOf(segments, steps.length === 0 ? [...new Set([...keys, ...settableKeys])] : keys);
    const written = segments.splice(0, used).join('__');
    const place = { source, start, end: start + written.length };
    const [first, second] = found;
    if (second !== undefined) {
      const reason = `"${written}" could be ${found.map((key) => `"${key}"`).join(' or ')}`;
      report(problem('bad-override', place, { reason }, { hint: 'use --set, which tells them apart' }));
      return undefined;
    }
    const key = first ?? fold(written);
    steps.push({ name: key, place });
    start = place.end + '__'.length;
    node =
      node?.kind === 'map' ? node.entries.get(key)?.value : node?.kind === 'list' ? node.items[Number(key)] : undefined;
  }
  return steps;
}

/** The keys that the first segments may mean; more than one segment where a key itself has `__` in it. */
function keysOf(segments: readonly string[], keys: readonly string[]): { found: readonly string[]; used: number } {
  for (let used = 1; used <= segments.length; used++) {
    const written = segments.slice(0, used).join('__');
    if (keys.includes(written)) return { found: [written], used };
    const found = keys.filter((key) => fold(key) === fold(written));
    if (found.length > 0) return { found, used };
  }
  return { found: [], used: 1 };
}

const fold = (name: string): string => name.toLowerCase().replaceAll('_', '-');
