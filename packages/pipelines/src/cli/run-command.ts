import { loadPipeline, loadPoints, type PipelinePoint, type LogLevel, type Selection } from '@sluice/core';
import { loadOptions, type PlanOptions } from '../load-options.js';
import { selectPart } from '../load-selected.js';
import { runPlan } from '../run-file.js';
import type { RunSweepOptions } from '../sweep/run-sweep.js';
import { catchSignals } from './catch-signals.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import { printConfig } from './print-config.js';
import { runResult, type RunResult } from './run-result.js';
import { selectionOf } from './selection.js';
import type { Terminal } from './terminal.js';

/** Options as the command line gives them. */
export interface RunOptions extends Selection {
  /** Folder of a run that ended early, to go on in. */
  readonly resume?: string;
  /** Folder that stage packages are looked for from. */
  readonly packagesFrom?: string;
  readonly set: readonly string[];
  readonly profile: readonly string[];
  readonly printConfig?: boolean;
  readonly runsDir: string;
  readonly cacheDir?: string;
  readonly threads?: number;
  readonly logLevel: LogLevel;
  readonly replay?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** `sluice run`: runs the file, or each point of its matrix, then prints the summary. */
export async function runCommand(file: string, options: RunOptions, terminal: Terminal): Promise<ExitCode> {
  const { quiet = false, profile, ...others } = options;
  return concluded(options, terminal, async (signal, signalled) => {
    const made = { ...others, profiles: profile, environment: process.env, selection: selectionOf(options) };
    const points = await pointsOf(file, made);
    if (options.printConfig === true) {
      terminal.out(printConfig(points, options.json ?? false));
      return undefined;
    }
    const running = { ...made, quiet, terminal, signal };
    const [only] = points;
    return only?.name === ''
      ? runResult(await runPlan(await selectPart(only.plan, made), running), signalled())
      : runPoints({ ...running, file, points }, signalled);
  });
}

/** Goes on with the points of a sweep that have not succeeded. */
export async function resumeSweep(
  folder: string,
  { set, quiet = false, threads, cacheDir, logLevel, json }: Omit<RunOptions, 'profile'>,
  terminal: Terminal,
): Promise<ExitCode> {
  return concluded({ quiet, ...(json !== undefined && { json }) }, terminal, (signal, signalled) => {
    const changed = {
      ...(set.length > 0 && { set }),
      ...(threads !== undefined && { threads }),
      ...(cacheDir !== undefined && { cacheDir }),
    };
    return runPoints({ ...changed, folder, environment: process.env, logLevel, quiet, terminal, signal }, signalled);
  });
}

/** Does the work, prints its summary and what failed; SIGINT and SIGTERM cancel it in order. */
async function concluded(
  { json = false, quiet = false }: Pick<RunOptions, 'json' | 'quiet'>,
  terminal: Terminal,
  work: (signal: AbortSignal, signalled: () => ExitCode | undefined) => Promise<RunResult | undefined>,
): Promise<ExitCode> {
  const controller = new AbortController();
  const signals = catchSignals((signal) => {
    terminal.err(`${signal}: ending the run; once more ends it at once\n`);
    controller.abort(new Error(signal));
  });
  try {
    const result = await work(controller.signal, signals.exitCode);
    if (result === undefined) return exitCodes.ok;
    if (json) terminal.out(`${JSON.stringify(result.document, undefined, 2)}\n`);
    else if (!quiet) terminal.out(`\n${result.summary()}`);
    if (result.failure !== '') terminal.err(result.failure);
    return result.exitCode;
  } finally {
    signals.stop();
  }
}

/** A run is replayed in one pipeline: a file that has several points is then refused. */
async function pointsOf(
  file: string,
  { replay, ...options }: PlanOptions & Pick<RunOptions, 'replay'>,
): Promise<readonly PipelinePoint[]> {
  if (replay === undefined) return loadPoints(file, loadOptions(options));
  return [{ name: '', values: {}, plan: await loadPipeline(file, loadOptions(options)) }];
}

async function runPoints(options: RunSweepOptions, signalled: () => ExitCode | undefined): Promise<RunResult> {
  const [{ runSweep }, { sweepResult }] = await Promise.all([
    import('../sweep/run-sweep.js'),
    import('./sweep-result.js'),
  ]);
  return sweepResult(await runSweep(options), signalled());
}
