import path from 'node:path';
import { processState } from '@sluice/core';
import { pipelinesErrors } from '../errors.js';
import { findRun } from '../runs/find-run.js';
import { listRuns } from '../runs/list-runs.js';
import type { RunRecord } from '../runs/run-record.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import { failureOf } from './failure.js';
import { runCommand, type RunOptions } from './run-command.js';
import type { Terminal } from './terminal.js';

/** Options as the command line gives them. */
export interface ResumeOptions extends RunOptions {
  readonly takeOver?: boolean;
}

/** `sluice resume`: goes on with a run in its own folder, as its resolved pipeline says, with the cache and the threads that it had. */
export async function resumeCommand(
  word: string | undefined,
  options: ResumeOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { json = false, takeOver = false, ...running } = options;
  const say = (text: string, document: object): ExitCode => {
    if (json) terminal.out(`${JSON.stringify({ exitCode: exitCodes.ok, ...document }, undefined, 2)}\n`);
    else terminal.err(`${text}\n`);
    return exitCodes.ok;
  };
  let run: RunRecord | undefined;
  try {
    const variable = options.set.find((set) => /^vars\b/.test(set));
    if (variable !== undefined) throw pipelinesErrors.RESUME_VARIABLE({ set: variable });
    run = word === undefined ? await latest(options.runsDir) : await findRun(word, options.runsDir);
    if (run !== undefined) refuseActive(run, takeOver);
  } catch (error) {
    if (!json) throw error;
    const { exitCode, document, text } = failureOf(error);
    terminal.out(`${JSON.stringify({ exitCode, error: document }, undefined, 2)}\n`);
    terminal.err(text);
    return exitCode;
  }
  if (run === undefined) return say(`every run in ${options.runsDir} has succeeded: nothing to resume`, { run: null });
  const { name, folder, state, manifest } = run;
  if (state === 'succeeded')
    return say(`the run ${name} has succeeded: nothing to resume`, { run: name, folder, state });
  return runCommand(
    path.join(folder, 'pipeline.resolved.yaml'),
    {
      ...factsOf(manifest.facts),
      ...running,
      json,
      resume: path.resolve(folder),
      packagesFrom: path.dirname(manifest.pipeline.file),
    },
    terminal,
  );
}

/** The newest run that did not succeed; nothing where all have. */
async function latest(runsDir: string): Promise<RunRecord | undefined> {
  const { runs } = await listRuns(runsDir);
  if (runs.length === 0) throw pipelinesErrors.NO_RUN({ word: 'latest', runsDir, hint: 'there are no runs yet' });
  return runs.find(({ state }) => state !== 'succeeded');
}

function refuseActive({ name, manifest }: RunRecord, takeOver: boolean): void {
  const { status, process: owner } = manifest;
  if (status !== 'running' || owner === undefined) return;
  const { pid, host } = owner;
  const state = processState(owner);
  if (state === 'alive') throw pipelinesErrors.RUN_ACTIVE({ run: name, pid, host });
  if (state === 'unknown' && !takeOver) throw pipelinesErrors.RUN_ELSEWHERE({ run: name, pid, host });
}

/** How the run was begun: other threads would give other bytes, another cache would know nothing of it. */
function factsOf({ threads, cacheDir }: Readonly<Record<string, unknown>>): Pick<RunOptions, 'threads' | 'cacheDir'> {
  return { ...(typeof threads === 'number' && { threads }), ...(typeof cacheDir === 'string' && { cacheDir }) };
}
