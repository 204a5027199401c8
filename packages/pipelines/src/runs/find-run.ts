import { existsSync } from 'node:fs';
import path from 'node:path';
import { suggestion } from '@sluice/core';
import { pipelinesErrors } from '../errors.js';
import { listRuns, runNames } from './list-runs.js';
import { readRun, type RunRecord } from './run-record.js';

/** The run that a user means. */
export async function findRun(word: string, runsDir: string): Promise<RunRecord> {
  const folder = await findRunFolder(word, runsDir);
  const run = await readRun(folder);
  if ('problem' in run) throw pipelinesErrors.BAD_RUN({ folder, problem: run.problem });
  return run;
}

/** The folder that a user means by a run's name, the beginning of one, a path, or `latest`; absolute. */
export async function findRunFolder(word: string, runsDir: string): Promise<string> {
  return (await findRunFolders(word, runsDir))[0];
}

/** The same, and after it what else may be meant: after the `latest` run those before it, newest first. */
export async function findRunFolders(word: string, runsDir: string): Promise<readonly [string, ...string[]]> {
  const names = await runNames(runsDir);
  if (names.includes(word)) return [path.resolve(runsDir, word)];
  if (word === 'latest') {
    const [newest, ...older] = (await listRuns(runsDir)).runs.map(({ folder }) => path.resolve(folder));
    if (newest === undefined) throw pipelinesErrors.NO_RUN({ word, runsDir, hint: 'there are no runs yet' });
    return [newest, ...older];
  }
  const begin = word === '' ? [] : names.filter((name) => name.startsWith(word));
  if (begin.length === 1) return [path.resolve(runsDir, begin[0]!)];
  if (begin.length > 1) throw pipelinesErrors.AMBIGUOUS_RUN({ word, names: begin });
  if (/[\\/]/.test(word) || word === '.' || existsSync(word)) return [path.resolve(word)];
  throw pipelinesErrors.NO_RUN({
    word,
    runsDir,
    hint: suggestion(word, names, 'runs') ?? '`sluice runs ls` lists them',
  });
}
