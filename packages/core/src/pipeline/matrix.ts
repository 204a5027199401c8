import { stepsOf, type Assignment } from './assign.js';
import {
  describeNode,
  entryOf,
  inLayer,
  toPlainValue,
  type LocatedEntry,
  type LocatedNode,
  type PlainValue,
} from './located-node.js';
import { problem, type Report } from './problem.js';
import { partOf } from './source-text.js';

const MAX_POINTS = 1000;
/** Values that all points hold together: each point is checked as a pipeline of its own. */
const MAX_VALUES = 1_000_000;
/** Characters of a point's name: it becomes a folder's. */
const MAX_NAME = 100;
const HINT = 'write `path.to.key: [value, value]`, the path as for --set';

/** One thing that is varied. */
interface Axis {
  /** As written, for instance `vars.lr`. */
  readonly path: string;
  readonly choices: readonly Assignment[];
}

/** One combination of a sweep's values; of a file without a matrix, the only one, which assigns nothing. */
export interface MatrixPoint {
  /** Made of the values, safe as a folder's name: `lr=1e-5,loss=sam`. Empty without a matrix. */
  readonly name: string;
  readonly values: Readonly<Record<string, PlainValue>>;
  readonly assignments: readonly Assignment[];
}

/**
 * The points of the `matrix` block: the cartesian product of its axes, the last one turning fastest. An axis that something stronger
 * sets (`pinned`: the environment, `--set`) is left out. Nothing comes back where the block is faulty.
 */
export function readMatrix(
  root: LocatedNode,
  pinned: readonly Assignment[],
  report: Report,
): readonly MatrixPoint[] | undefined {
  const block = entryOf(root, 'matrix');
  if (block === undefined || isEmpty(block.value)) return expand([]);
  const axes = readAxes(block, report)?.filter(({ choices: [choice] }) => {
    return choice !== undefined && !pinned.some((strong) => leadsThrough(choice, strong));
  });
  if (axes === undefined) return undefined;
  const count = axes.reduce((product, { choices }) => product * choices.length, 1);
  const limit = Math.min(MAX_POINTS, Math.max(1, Math.floor(MAX_VALUES / sizeOf(root))));
  if (count <= limit) return expand(axes);
  report(problem('too-many-points', block.key, { count, limit }));
  return undefined;
}

function readAxes({ value: block }: LocatedEntry, report: Report): readonly Axis[] | undefined {
  if (block.kind !== 'map') {
    const reason = `\`matrix\` must be a mapping of paths to lists of values, not ${describeNode(block)}`;
    report(problem('bad-matrix', block.place, { reason }, { hint: HINT }));
    return undefined;
  }
  const axes: Axis[] = [];
  for (const [path, { key, value }] of block.entries) {
    const steps = stepsOf(path, (from, to) => partOf(key, path, from, to), HINT, report);
    if (steps === undefined) continue;
    const choices = value.kind === 'list' ? value.items.map((item) => ({ steps, value: inLayer(item, 'matrix') })) : [];
    const other = axes.find(({ choices: [first] }) => first && choices[0] && overlap(first, choices[0]));
    const reason =
      choices.length === 0
        ? `"${path}" needs a list of at least one value, not ${value.kind === 'list' ? 'an empty one' : describeNode(value)}`
        : steps[0]?.name === 'matrix'
          ? 'a matrix cannot vary itself'
          : other && `"${other.path}" and "${path}" set the same value`;
    if (reason === undefined) axes.push({ path, choices });
    else report(problem('bad-matrix', choices.length === 0 ? value.place : key, { reason }, { hint: HINT }));
  }
  return axes.length === block.entries.size ? axes : undefined;
}

function expand(axes: readonly Axis[]): readonly MatrixPoint[] {
  const labels = shortNames(axes.map(({ path }) => path));
  let points: MatrixPoint[] = [{ name: '', values: {}, assignments: [] }];
  for (const [index, { path, choices }] of axes.entries()) {
    points = points.flatMap(({ name, values, assignments }) =>
      choices.map((choice, at) => ({
        name: `${name}${name === '' ? '' : ','}${labels[index] ?? path}=${written(choice.value, at)}`,
        values: { ...values, [path]: toPlainValue(choice.value) },
        assignments: [...assignments, choice],
      })),
    );
  }
  return axes.length === 0 ? points : withSafeNames(points);
}

/** The last step of each path, where that tells them apart. */
function shortNames(paths: readonly string[]): readonly string[] {
  const last = paths.map((path) => path.slice(path.lastIndexOf('.') + 1));
  return last.map((name, index) => (last.filter((other) => other === name).length > 1 ? (paths[index] ?? name) : name));
}

/** A value as its author wrote it; by number where it is a mapping or a list. */
function written({ kind, place, ...node }: LocatedNode, index: number): string {
  if (kind !== 'scalar' || !('value' in node)) return String(index + 1);
  return typeof node.value === 'number' ? place.source.text.slice(place.start, place.end) : String(node.value);
}

/** Names without what a file system may refuse, told apart where two become the same. */
function withSafeNames(points: readonly MatrixPoint[]): readonly MatrixPoint[] {
  const taken = new Set<string>();
  return points.map((point) => {
    const safe = point.name.replaceAll(/[^A-Za-z0-9._=,+-]+/g, '-').slice(0, MAX_NAME);
    let name = safe;
    for (let copy = 2; taken.has(name.toLowerCase()); copy++) name = `${safe}-${String(copy)}`;
    taken.add(name.toLowerCase());
    return { ...point, name };
  });
}

/** Whether a value for `strong` is also one for `weak`. */
function leadsThrough(weak: Assignment, strong: Assignment): boolean {
  return (
    strong.steps.length <= weak.steps.length &&
    strong.steps.every(({ name }, index) => weak.steps[index]?.name === name)
  );
}

const overlap = (a: Assignment, b: Assignment): boolean => leadsThrough(a, b) || leadsThrough(b, a);

function sizeOf(node: LocatedNode): number {
  const parts =
    node.kind === 'list' ? node.items : node.kind === 'map' ? [...node.entries.values()].map(({ value }) => value) : [];
  return parts.reduce((sum, part) => sum + sizeOf(part), 1);
}

const isEmpty = (node: LocatedNode): boolean => node.kind === 'scalar' && node.value === null;
