import { stringify } from 'csv-stringify/sync';
import { plural, formatValue } from '../progress/describe-stage.js';
import { formatTable } from '../progress/format-table.js';
import type { SweepDocument, SweepPoint } from './sweep-document.js';

/** What came of each point, values by metrics, and where it all lies. */
export function formatSweep(document: SweepDocument, folder: string): string {
  const metrics = metricsOf(document);
  const rows = document.points.map((point) => [
    ...document.axes.map((axis) => shown(point.values[axis])),
    point.status,
    ...metrics.map((name) => formatValue(point.metrics[name])),
  ]);
  const table = formatTable([[...document.axes, 'status', ...metrics], ...rows]);
  const done = document.points.filter(({ status }) => status === 'succeeded').length;
  const summary = `${plural(document.points.length, 'point')}, ${String(done)} succeeded; sweep folder ${folder}`;
  return `${table}\n\n${summary}\n`;
}

/** `sweep.csv`: a row a point; numbers are written so that they read back exactly. */
export function sweepCsv(document: SweepDocument): string {
  const metrics = metricsOf(document);
  const rows = document.points.map((point) => [
    point.name,
    ...document.axes.map((axis) => shown(point.values[axis])),
    point.status,
    point.run ?? '',
    point.seconds ?? '',
    ...metrics.map((name) => String(point.metrics[name] ?? '')),
  ]);
  return stringify([['point', ...document.axes, 'status', 'run', 'seconds', ...metrics], ...rows]);
}

const metricsOf = ({ points }: SweepDocument): readonly string[] => [
  ...new Set(points.flatMap(({ metrics }: SweepPoint) => Object.keys(metrics))),
];

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? null));
