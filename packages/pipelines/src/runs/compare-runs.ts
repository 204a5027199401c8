import type { Manifest } from '@sluice/core';
import type { RunRecord } from './run-record.js';

/** A value that differs, by its dotted path; `undefined` where a run has none. */
export interface Difference {
  readonly name: string;
  readonly a: unknown;
  readonly b: unknown;
}

export interface MetricPair {
  /** Stage, and which of its rows where it has several. */
  readonly row: string;
  readonly name: string;
  readonly a: unknown;
  readonly b: unknown;
  /** b - a, of numbers. */
  readonly change?: number;
}

export interface RunComparison {
  readonly a: string;
  readonly b: string;
  /** Options, inputs, services, variables and the seed, from `pipeline.resolved.yaml`. */
  readonly pipeline: readonly Difference[];
  /** Of sluice, Node and the stages' packages, and what else was noted about the machine. */
  readonly environment: readonly Difference[];
  /** What the stages counted and skipped. */
  readonly counts: readonly Difference[];
  /** Final metrics, equal ones too. */
  readonly metrics: readonly MetricPair[];
}

/** What is different between two runs, and their scores side by side. */
export function compareRuns(a: RunRecord, b: RunRecord, resolved: readonly [unknown, unknown]): RunComparison {
  return {
    a: a.name,
    b: b.name,
    pipeline: differences(...resolved),
    environment: differences(environmentOf(a.manifest), environmentOf(b.manifest)),
    counts: differences(countsOf(a.manifest), countsOf(b.manifest)),
    metrics: metricPairs(a, b),
  };
}

const environmentOf = ({ sluice, node, platform, cpus, facts, serviceFacts, stages }: Manifest) => ({
  sluice: sluice?.version,
  node,
  platform,
  cpus,
  facts,
  services: serviceFacts,
  packages: Object.fromEntries(
    Object.values(stages).map(({ uses, package: identity }) => [identity?.name ?? uses, identity?.version]),
  ),
});

const countsOf = ({ stages }: Manifest) =>
  Object.fromEntries(Object.entries(stages).map(([id, { counts, skipped }]) => [id, { ...counts, skipped }]));

function differences(a: unknown, b: unknown): readonly Difference[] {
  const [left, right] = [leaves(a), leaves(b)];
  return [...new Set([...left.keys(), ...right.keys()])]
    .map((name) => ({ name, a: left.get(name), b: right.get(name) }))
    .filter((pair) => JSON.stringify(pair.a) !== JSON.stringify(pair.b));
}

/** Every value that is no mapping, by its dotted path. */
function leaves(value: unknown, path = '', found = new Map<string, unknown>()): ReadonlyMap<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    for (const [key, item] of Object.entries(value)) leaves(item, path === '' ? key : `${path}.${key}`, found);
  } else if (value !== undefined) found.set(path, value);
  return found;
}

function metricPairs(a: RunRecord, b: RunRecord): readonly MetricPair[] {
  const [left, right] = [rowsByName(a), rowsByName(b)];
  return [...new Set([...left.keys(), ...right.keys()])].flatMap((row) => {
    const [ours, theirs] = [left.get(row) ?? {}, right.get(row) ?? {}];
    return [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].map((name) => {
      const pair = { row, name, a: ours[name], b: theirs[name] };
      const bothNumbers = typeof pair.a === 'number' && typeof pair.b === 'number';
      return bothNumbers ? { ...pair, change: (pair.b as number) - (pair.a as number) } : pair;
    });
  });
}

/** `test`, or `test 1`, `test 2` where a stage has several final rows: in order, the same row of both runs. */
function rowsByName({ final }: RunRecord): ReadonlyMap<string, Readonly<Record<string, unknown>>> {
  const seen = new Map<string, number>();
  return new Map(
    final.map(({ stage, values }) => {
      const number = (seen.get(stage) ?? 0) + 1;
      seen.set(stage, number);
      const several = final.filter((row) => row.stage === stage).length > 1;
      return [several ? `${stage} ${number}` : stage, values];
    }),
  );
}
