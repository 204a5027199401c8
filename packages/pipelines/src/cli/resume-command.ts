import path from 'node:path';
import { pipelinesErrors } from '../errors.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import { failureOf } from './failure.js';
import { resumeSweep, runCommand, type RunOptions } from './run-command.js';
import { latestToResume, refuseActive, runToResume, type Resumable } from './run-to-resume.js';
import type { Terminal } from './terminal.js';

/** Options as the command line gives them. */
export interface ResumeOptions extends Omit<RunOptions, 'profile'> {
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
  let found: Resumable | undefined;
  try {
    const variable = options.set.find((set) => /^vars\b/.test(set));
    if (variable !== undefined) throw pipelinesErrors.RESUME_VARIABLE({ set: variable });
    found = word === undefined ? await latestToResume(options.runsDir) : await runToResume(word, options.runsDir);
    if (found?.kind === 'run') refuseActive(found.manifest, takeOver);
  } catch (error) {
    if (!json) throw error;
    const { exitCode, document, text } = failureOf(error);
    terminal.out(`${JSON.stringify({ exitCode, error: document }, undefined, 2)}\n`);
    terminal.err(text);
    return exitCode;
  }
  if (found === undefined)
    return say(`every run in ${options.runsDir} has succeeded: nothing to resume`, { run: null });
  if (found.kind === 'sweep') return resumeSweep(found.folder, { ...running, json }, terminal);
  const { folder, manifest } = found;
  const { run, status, facts, pipeline } = manifest;
  if (status === 'succeeded') return say(`the run ${run} has succeeded: nothing to resume`, { run, folder, status });
  return runCommand(
    path.join(folder, 'pipeline.resolved.yaml'),
    { ...factsOf(facts), ...running, profile: [], json, resume: folder, packagesFrom: path.dirname(pipeline.file) },
    terminal,
  );
}

/** How the run was begun: other threads would give other bytes, another cache would know nothing of it. */
function factsOf({ threads, cacheDir }: Readonly<Record<string, unknown>>): Pick<RunOptions, 'threads' | 'cacheDir'> {
  return { ...(typeof threads === 'number' && { threads }), ...(typeof cacheDir === 'string' && { cacheDir }) };
}
