import type { Manifest } from '@sluice/core';
import { formatValue } from '../progress/describe-stage.js';
import { formatDuration } from '../progress/format-duration.js';
import { formatTable } from '../progress/format-table.js';
import { beforeRun, type RunStatus, type StageStatus } from '../progress/run-status.js';
import { formatSummary } from '../progress/summary.js';
import type { Difference, RunComparison } from './compare-runs.js';
import { headline } from './headline.js';
import type { RunRecord } from './run-record.js';

/** A line for each run. */
export function listText(runs: readonly RunRecord[], now: Date): string {
  const rows = runs.map((run) => {
    const { startedAt, pipeline } = run.manifest;
    return [run.name, run.state, localTime(startedAt), durationOf(run, now), pipeline.name, headline(run)];
  });
  return printable(`${formatTable([['run', 'status', 'started', 'time', 'pipeline', 'result'], ...rows])}\n`);
}

/** How a run went: what the summary at its end says, with what belongs to the whole run above, and its edges below. */
export function showText(run: RunRecord, now: Date, workingFolder: string): string {
  const { manifest } = run;
  const facts = Object.entries(manifest.facts).map(([name, value]) => [name, String(value)]);
  const services = Object.entries(manifest.serviceFacts ?? {}).map(([name, of]) => [
    name,
    Object.values(of).join(', '),
  ]);
  const head = formatTable([
    ['run', run.name],
    ['status', run.state],
    ['started', localTime(manifest.startedAt)],
    ['time', durationOf(run, now)],
    ['pipeline', `${manifest.pipeline.name} (${manifest.pipeline.file})`],
    ['seed', String(manifest.seed)],
    ['versions', `sluice ${manifest.sluice?.version ?? 'unknown'}, Node ${manifest.node}, ${manifest.platform}`],
    ...facts,
    ...services,
    ...(manifest.error ? [['error', errorText(manifest.error)]] : []),
  ]);
  const edges = manifest.edges.map(({ edge, items, peak, bound }) => [edge, String(items), `${peak}/${bound}`]);
  const edgeTable = edges.length === 0 ? '' : section('Edges', [['edge', 'items', 'most in flight'], ...edges]);
  return (
    printable([head, '', formatSummary(statusOf(run), workingFolder).trimEnd(), edgeTable].join('\n').trimEnd()) + '\n'
  );
}

/** What differs, then the scores of both. */
export function diffText({ a, b, pipeline, environment, counts, metrics }: RunComparison): string {
  const table = (title: string, found: readonly Difference[]): string => {
    if (found.length === 0) return `${title}: the same`;
    return section(title, [['', a, b], ...found.map((each) => [each.name, cell(each.a), cell(each.b)])]);
  };
  const scores = metrics.map(({ row, name, a: left, b: right, change }) => {
    const sign = change !== undefined && change > 0 ? '+' : '';
    return [
      row,
      name,
      cell(left),
      cell(right),
      change === undefined || change === 0 ? '' : `${sign}${formatValue(change)}`,
    ];
  });
  return printable(
    [
      table('Pipeline', pipeline),
      table('Environment', environment),
      table('Counts', counts),
      scores.length === 0 ? 'Result: none' : section('Result', [['stage', 'metric', a, b, 'change'], ...scores]),
    ].join('\n\n') + '\n',
  );
}

const section = (title: string, rows: readonly (readonly string[])[]): string =>
  `${title}\n${formatTable(rows).replace(/^/gm, '  ')}`;

const cell = (value: unknown): string =>
  value === undefined
    ? '-'
    : typeof value === 'number' || typeof value === 'string'
      ? formatValue(value)
      : JSON.stringify(value);

const errorText = ({ stage, code, message }: NonNullable<Manifest['error']>): string =>
  [stage === undefined ? '' : `stage "${stage}": `, code === undefined ? '' : `${code}: `, message].join('');

/** The status that the run's events would have added up to. */
function statusOf({ name, folder, state, manifest, final }: RunRecord): RunStatus {
  const stages = Object.entries(manifest.stages).map(([id, { seconds, counts, skipped }]): StageStatus => {
    const failed = manifest.error?.stage === id;
    return {
      ...{ id, done: 0, total: undefined, unit: '', note: '' },
      state: failed ? 'failed' : seconds === undefined ? 'waiting' : 'done',
      milliseconds: seconds === undefined ? undefined : seconds * 1000,
      counted: new Map(Object.entries(counts)),
      skipped: new Map(Object.entries(skipped)),
    };
  });
  const running = state === 'succeeded' ? 'finished' : state === 'running' ? 'running' : 'failed';
  const { artifacts, edges, pipeline } = manifest;
  return { ...beforeRun, run: name, folder, pipeline: pipeline.name, state: running, stages, final, artifacts, edges };
}

function durationOf({ manifest, state }: RunRecord, now: Date): string {
  if (manifest.seconds !== undefined) return formatDuration(manifest.seconds * 1000);
  const since = now.getTime() - Date.parse(manifest.startedAt);
  return state === 'running' && since >= 0 ? formatDuration(since) : '';
}

/** `2026-11-24 20:15:29`, where the user is. */
function localTime(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  const two = (number: number): string => String(number).padStart(2, '0');
  const date = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-');
  return `${date} ${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':')}`;
}

/** What a manifest holds is shown, never obeyed by the terminal. */
const printable = (text: string): string =>
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\u{fffd}');
