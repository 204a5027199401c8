import { availableParallelism } from 'node:os';
import path from 'node:path';
import { loadPipeline, runPipeline, type LogLevel, type RunEvent } from '@sluice/core';
import { lastValueFrom, tap } from 'rxjs';
import { serviceChoices } from './composition.js';
import { pipelinesErrors } from './errors.js';
import { chooseView } from './progress/choose-view.js';
import { beforeRun, nextStatus, type RunStatus } from './progress/run-status.js';
import { bundledStages } from './stages/bundled-stages.js';
import { processTerminal, type Terminal } from './cli/terminal.js';

export interface RunFileOptions {
  /** The pipeline file. */
  readonly file: string;
  /** Overrides, `path.to.key=value`. */
  readonly set?: readonly string[];
  /** Folder that relative paths here are relative to. @default the working folder */
  readonly cwd?: string;
  /** Folder that the run's own folder is made in. @default `runs` */
  readonly runsDir?: string;
  /** Folder of the content store. @default `$SLUICE_CACHE_DIR`, else `.sluice/cache` */
  readonly cacheDir?: string;
  /** Threads of the tensor engine: the same number gives the same bytes. @default one a core */
  readonly threads?: number;
  /** Least level of log lines on stderr. @default 'warn' */
  readonly logLevel?: LogLevel;
  /** Shows no progress. @default false */
  readonly quiet?: boolean;
  /** Where progress and log lines go. @default stderr of this process */
  readonly terminal?: Terminal;
  /** Cancels the run. */
  readonly signal?: AbortSignal;
}

export interface RunOutcome {
  readonly status: RunStatus;
  /** What ended the run before its time. */
  readonly failure: Extract<RunEvent, { type: 'run-failed' }> | undefined;
}

/**
 * Runs a pipeline file with the bundled stages and services, showing its progress on stderr. A run that fails is an outcome;
 * a file that is wrong throws `InvalidPipeline` before anything runs.
 */
export async function runFile(options: RunFileOptions): Promise<RunOutcome> {
  const { cwd = process.cwd(), runsDir = 'runs', threads = availableParallelism(), logLevel = 'warn' } = options;
  const cacheDir = options.cacheDir ?? cacheFolder();
  const services = serviceChoices({ cacheDir: path.resolve(cwd, cacheDir), threads });
  const plan = await loadPipeline(options.file, { bundled: bundledStages, services, cwd, set: options.set ?? [] });
  const view = await chooseView(options.terminal ?? processTerminal(), options.quiet ?? false);
  const events = runPipeline(plan, {
    runsDir: path.resolve(cwd, runsDir),
    facts: { threads },
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
    throw pipelinesErrors.RUN_FOLDER({ runsDir: path.resolve(cwd, runsDir) }, { cause });
  } finally {
    view.stop();
  }
}

/** Where the content store lies unless a command says otherwise. */
export const cacheFolder = (): string => process.env['SLUICE_CACHE_DIR'] || path.join('.sluice', 'cache');
