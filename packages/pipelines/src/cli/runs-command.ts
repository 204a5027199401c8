import { readResolved } from '@sluice/core';
import { pipelinesErrors } from '../errors.js';
import { compareRuns } from '../runs/compare-runs.js';
import { findRun } from '../runs/find-run.js';
import { headline } from '../runs/headline.js';
import { listRuns } from '../runs/list-runs.js';
import type { RunRecord } from '../runs/run-record.js';
import { diffText, listText, showText } from '../runs/run-texts.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import type { Terminal } from './terminal.js';

export interface RunsOptions {
  readonly runsDir: string;
  readonly json?: boolean;
}

/** `sluice runs ls`: newest first; folders that are no runs, or damaged ones, are named on stderr. */
export async function listRunsCommand({ runsDir, json = false }: RunsOptions, terminal: Terminal): Promise<ExitCode> {
  const { runs, unreadable } = await listRuns(runsDir);
  if (json) terminal.out(document({ runs: runs.map(rowDocument), unreadable }));
  else if (runs.length > 0) terminal.out(listText(runs, new Date()));
  else terminal.err(`there are no runs in ${runsDir}\n`);
  if (!json)
    for (const { folder, problem } of unreadable) terminal.err(`${JSON.stringify(folder)} is no run: ${problem}\n`);
  return exitCodes.ok;
}

/** `sluice runs show`. */
export async function showRunCommand(
  word: string,
  { runsDir, json = false }: RunsOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const run = await findRun(word, runsDir);
  const { name, folder, state, manifest, final } = run;
  if (json) terminal.out(document({ ...manifest, run: name, folder, status: state, metrics: final }));
  else terminal.out(showText(run, new Date(), process.cwd()));
  return exitCodes.ok;
}

/** `sluice runs diff`. */
export async function diffRunsCommand(
  words: readonly [string, string],
  options: RunsOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const a = await findRun(words[0], options.runsDir);
  const b = await findRun(words[1], options.runsDir);
  const comparison = compareRuns(a, b, [await resolvedOf(a), await resolvedOf(b)]);
  terminal.out(options.json ? document(comparison) : diffText(comparison));
  return exitCodes.ok;
}

async function resolvedOf({ folder }: RunRecord): Promise<unknown> {
  const reading = await readResolved(folder);
  if ('problem' in reading) throw pipelinesErrors.BAD_RUN({ folder, problem: reading.problem });
  return reading.pipeline;
}

const document = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

const rowDocument = (run: RunRecord) => ({
  run: run.name,
  folder: run.folder,
  status: run.state,
  startedAt: run.manifest.startedAt,
  seconds: run.manifest.seconds,
  pipeline: run.manifest.pipeline.name,
  result: headline(run),
});
