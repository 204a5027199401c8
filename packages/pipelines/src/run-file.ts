import { availableParallelism } from 'node:os';
import { runPipeline, type LogLevel, type RunEvent } from '@sluice/core';
import { lastValueFrom, tap } from 'rxjs';
import { pipelinesErrors } from './errors.js';
import { cacheFolder } from './cache-folder.js';
import { loadSelected, runsFolder, type LoadSelectedOptions, type LoadedSelection } from './load-selected.js';
import { chooseView } from './progress/choose-view.js';
import { beforeRun, nextStatus, type RunStatus } from './progress/run-status.js';
import { processTerminal, type Terminal } from './cli/terminal.js';

export interface RunPlanOptions extends Pick<LoadSelectedOptions, 'cwd' | 'runsDir' | 'cacheDir' | 'threads'> {
  /** Folder of a run that ended early: the run goes on there. @default a new folder in `runsDir` */
  readonly resume?: string;
  /** Least level of log lines on stderr. @default 'warn' */
  readonly logLevel?: LogLevel;
  /** Shows no progress. @default false */
  readonly quiet?: boolean;
  /** Where progress and log lines go. @default stderr of this process */
  readonly terminal?: Terminal;
  /** Cancels the run. */
  readonly signal?: AbortSignal;
}

export interface RunFileOptions extends LoadSelectedOptions, RunPlanOptions {}

export interface RunOutcome {
  readonly status: RunStatus;
  /** What ended the run before its time. */
  readonly failure: Extract<RunEvent, { type: 'run-failed' }> | undefined;
}

/**
 * Runs a pipeline file with the bundled stages and services, showing its progress on stderr. A run that fails is an outcome;
 * a file that is wrong, or sweeps over several points, throws `InvalidPipeline` before anything runs.
 */
export async function runFile(options: RunFileOptions): Promise<RunOutcome> {
  return runPlan(await loadSelected(options), options);
}

/** As `runFile`, for a pipeline that has been loaded with the same `threads`. */
export async function runPlan({ plan, reuse }: LoadedSelection, options: RunPlanOptions): Promise<RunOutcome> {
  const { logLevel = 'warn', threads = availableParallelism() } = options;
  const runsDir = runsFolder(options);
  const view = await chooseView(options.terminal ?? processTerminal(), options.quiet ?? false);
  const events = runPipeline(plan, {
    runsDir,
    reuse,
    ...(options.resume !== undefined && { resume: options.resume }),
    facts: { threads, cacheDir: cacheFolder(options.cacheDir, options.cwd) },
    logLevel: logLevel === 'debug' ? 'debug' : 'info',
    consoleLevel: logLevel,
    consoleWrite: view.log,
    ...(options.signal && { signal: options.signal }),
  });
  let status = beforeRun;
  const show = (event: RunEvent): void => {
    status = nextStatus(status, event);
    view.update(status, event);
  };
  try {
    const last = await lastValueFrom(events.pipe(tap(show)));
    return { status, failure: last.type === 'run-failed' ? last : undefined };
  } catch (cause) {
    throw pipelinesErrors.RUN_FOLDER({ runsDir }, { cause });
  } finally {
    view.stop();
  }
}
