import path from 'node:path';
import {
  describeDifference,
  keyDifferences,
  latestRun,
  suggestion,
  type KeyDifference,
  type RunRecord,
  type StageForecast,
} from '@sluice/core';
import { pipelinesErrors } from '../errors.js';
import { earlierRun, forecastFile } from '../forecast-file.js';
import { formatTable } from '../progress/format-table.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import { reasonText, type ForecastOptions } from './plan-command.js';
import type { Terminal } from './terminal.js';

/** `sluice why`: what a stage's results depend on, and what has changed since an earlier run. */
export async function whyCommand(
  stage: string,
  file: string | undefined,
  { set, profile, vs, runsDir, cacheDir, json }: ForecastOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const folder = path.resolve(runsDir);
  const named = vs === undefined ? undefined : await earlierRun(vs, folder);
  const pipeline = file ?? (named ?? (await latestRun(folder)))?.manifest.pipeline.file;
  if (pipeline === undefined) throw pipelinesErrors.NO_FILE({ runsDir: folder });
  const { forecast, versus } = await forecastFile({
    ...{ file: pipeline, set, profiles: profile, environment: process.env, runsDir },
    ...(cacheDir !== undefined && { cacheDir }),
    ...(named && { versus: named }),
  });
  const found = forecast.stages.find(({ id }) => id === stage);
  if (found === undefined) {
    const ids = forecast.stages.map(({ id }) => id);
    throw pipelinesErrors.UNKNOWN_STAGE({ uses: stage, hint: suggestion(stage, ids, 'stages') ?? '' });
  }
  const changes = changesOf(found, versus);
  const document = { ...found, versus: versus?.name, changes };
  terminal.out(json ? `${JSON.stringify(document, undefined, 2)}\n` : whyText(found, changes, versus));
  return exitCodes.ok;
}

function changesOf({ id, key }: StageForecast, versus: RunRecord | undefined): readonly KeyDifference[] {
  const before = versus?.manifest.stages[id]?.key;
  return key === undefined || before === undefined ? [] : keyDifferences(before, key);
}

function whyText(stage: StageForecast, changes: readonly KeyDifference[], versus: RunRecord | undefined): string {
  const { id, action, hits, misses, reasons, key } = stage;
  const heads: Readonly<Record<StageForecast['action'], string>> = {
    list: `${id} lists ${stage.items} items; it costs nothing and is always done`,
    cache: `${id} has all of its ${hits} results in the cache`,
    make: `${id} makes ${misses} of ${hits + misses} results`,
    run: `${id} runs`,
    wait: `${id} waits`,
  };
  const because = reasons.map((reason) => `  because ${reasonText(reason)}\n`).join('');
  const compared = versus === undefined ? '' : `\nSince run ${versus.name}\n${changeLines(changes, key !== undefined)}`;
  return `${heads[action]}\n${because}${key === undefined ? '' : `\nIts results depend on each item and on\n${partsTable(key)}\n`}${compared}`;
}

function changeLines(changes: readonly KeyDifference[], pure: boolean): string {
  if (changes.length === 0) return pure ? '  nothing of that has changed\n' : '  it keeps no results by item\n';
  return changes.map((change) => `  ${describeDifference(change)}\n`).join('');
}

function partsTable(key: NonNullable<StageForecast['key']>): string {
  const nothing = { stage: '', package: null, options: {}, environment: {}, seed: null };
  const rows = keyDifferences(nothing, key).map(({ what, now }) => [
    `  ${what}`,
    typeof now === 'string' ? now : JSON.stringify(now),
  ]);
  return formatTable([['', ''], ...rows]).replace(/^\n/, '');
}
