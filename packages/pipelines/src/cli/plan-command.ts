import path from 'node:path';
import type { RunForecast, Selection, StageForecast } from '@sluice/core';
import { earlierRun, forecastFile } from '../forecast-file.js';
import { formatTable } from '../progress/format-table.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import { selectionOf } from './selection.js';
import type { Terminal } from './terminal.js';

/** Of `plan` and `why`, as the command line gives them. */
export interface ForecastOptions {
  readonly set: readonly string[];
  readonly profile: readonly string[];
  readonly vs?: string;
  readonly runsDir: string;
  readonly cacheDir?: string;
  readonly json?: boolean;
}

export interface PlanOptions extends Selection, ForecastOptions {}

/** `sluice plan`: what a run would do, and why; runs no stage that has effects. */
export async function planCommand(file: string, options: PlanOptions, terminal: Terminal): Promise<ExitCode> {
  const { set, profile, runsDir, cacheDir, vs } = options;
  const { forecast } = await forecastFile({
    ...{ file, set, profiles: profile, environment: process.env, runsDir, selection: selectionOf(options) },
    ...(cacheDir !== undefined && { cacheDir }),
    ...(vs !== undefined && { versus: await earlierRun(vs, path.resolve(runsDir)) }),
  });
  terminal.out(options.json ? `${JSON.stringify(forecast, undefined, 2)}\n` : planText(forecast));
  return exitCodes.ok;
}

const words: Readonly<Record<StageForecast['action'], string>> = {
  list: 'lists',
  cache: 'has all',
  make: 'makes',
  run: 'runs',
  wait: 'waits',
};

function planText({ stages, versus }: RunForecast): string {
  const rows = stages.flatMap(({ id, action, items, hits, misses, reasons, key }) => {
    const counts =
      action === 'run' ? ['', '', ''] : [String(items), ...(key ? [String(hits), String(misses)] : ['', ''])];
    const [first = '', ...more] = reasons.map(reasonText);
    return [[id, words[action], ...counts, first], ...more.map((reason) => ['', '', '', '', '', reason])];
  });
  const table = formatTable([['stage', '', 'items', 'in the cache', 'to make', 'why'], ...rows]);
  return `${table}\n${versus === undefined ? '' : `Compared with run ${versus}.\n`}`;
}

/** `new: not among ... (3: train/a, train/b, ...)` */
export function reasonText({ reason, items, examples }: StageForecast['reasons'][number]): string {
  if (items === 0) return reason;
  return `${reason} (${items}: ${examples.join(', ')}${items > examples.length ? ', ...' : ''})`;
}
