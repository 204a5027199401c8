import path from 'node:path';
import { describeCount, formatValue } from './describe-stage.js';
import { formatDuration } from './format-duration.js';
import { formatTable } from './format-table.js';
import type { FinalMetrics, RunStatus, StageStatus } from './run-status.js';

/** What a user wants to know at the end: who did what, what was left out and why, the scores, and where everything lies. */
export function formatSummary(status: RunStatus, workingFolder: string): string {
  const place = (file: string): string => shorter(path.relative(workingFolder, file), file);
  return [
    ['Stages', stageTable(status.stages)],
    ['Skipped', skippedTable(status.stages)],
    ['Result', finalTable(status.final)],
    ['Files', fileTable(status, place)],
  ]
    .filter(([, table]) => table !== '')
    .map(([title, table]) => `${title}\n${table!.replace(/^/gm, '  ')}\n`)
    .join('\n');
}

function stageTable(stages: readonly StageStatus[]): string {
  const rows = stages.map((stage) => [stage.id, describeItems(stage), describeTime(stage)]);
  return formatTable([['stage', 'items', 'time'], ...rows]);
}

/** Counts that the stage reported (`64 images read = 60 used + 4 skipped`), else its progress. */
function describeItems(stage: StageStatus): string {
  const parts = [...stage.counted].flatMap(([what, count]) => {
    const used = / used$/.test(what) ? what.slice(0, -' used'.length) : undefined;
    if (used === undefined) {
      const countedAbove = what.endsWith(' skipped') && stage.counted.has(what.replace(/ skipped$/, ' used'));
      return countedAbove ? [] : [`${count} ${what}`];
    }
    const skipped = stage.counted.get(`${used} skipped`) ?? 0;
    return [
      skipped === 0 ? `${count} ${used}` : `${count + skipped} ${used} read = ${count} used + ${skipped} skipped`,
    ];
  });
  return parts.length > 0 ? parts.join(', ') : describeCount(stage);
}

const describeTime = ({ state, milliseconds }: StageStatus): string => {
  if (state === 'failed') return 'failed';
  return milliseconds === undefined ? 'not finished' : formatDuration(milliseconds);
};

function skippedTable(stages: readonly StageStatus[]): string {
  const rows = stages.flatMap(({ id, skipped }) => [...skipped].map(([reason, count]) => [id, reason, String(count)]));
  return rows.length === 0 ? '' : formatTable([['stage', 'reason', 'items'], ...rows]);
}

function finalTable(final: readonly FinalMetrics[]): string {
  if (final.length === 0) return '';
  const names = [...new Set(final.flatMap(({ values }) => Object.keys(values)))];
  return formatTable([
    ['stage', ...names],
    ...final.map(({ stage, values }) => [stage, ...names.map((name) => formatValue(values[name]))]),
  ]);
}

function fileTable(status: RunStatus, place: (file: string) => string): string {
  if (status.folder === '') return '';
  const rows = status.artifacts.map(({ name, path: file }) => [name, place(path.resolve(status.folder, file))]);
  return formatTable([...rows, ['run folder', place(status.folder)]]);
}

const shorter = (relative: string, absolute: string): string =>
  relative !== '' && relative.length < absolute.length ? relative : absolute;
