import { loadPipeline, loadPoints, type PipelinePoint, type LogLevel, type Selection } from '@sluice/core';
import { loadOptions, type PlanOptions } from '../load-options.js';
import { selectPart } from '../load-selected.js';
import { runPlan } from '../run-file.js';
import type { RunSweepOptions } from '../sweep/run-sweep.js';
import { catchSignals } from './catch-signals.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import { failureOf } from './failure.js';
import { printConfig } from './print-config.js';
import { runResult, type RunResult } from './run-result.js';
import { selectionOf } from './selection.js';
import type { Terminal } from './terminal.js';

/** Options as the command line gives them. */
export interface RunOptions extends Selection {
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

/** `sluice run`: runs the file, or each point of its matrix, then prints the summary; SIGINT and SIGTERM cancel the run in order. */
export async function runCommand(file: string, options: RunOptions, terminal: Terminal): Promise<ExitCode> {
  const { json = false, quiet = false, profile, ...others } = options;
  const controller = new AbortController();
  const signals = catchSignals((signal) => {
    terminal.err(`${signal}: ending the run; once more ends it at once\n`);
    controller.abort(new Error(signal));
  });
  try {
    const made = { ...others, profiles: profile, environment: process.env, selection: selectionOf(options) };
    const points = await pointsOf(file, made);
    if (options.printConfig === true) {
      terminal.out(printConfig(points, json));
      return exitCodes.ok;
    }
    const running = { ...made, quiet, terminal, signal: controller.signal };
    const [only] = points;
    const result =
      only?.name === ''
        ? runResult(await runPlan(await selectPart(only.plan, made), running), signals.exitCode())
        : await runPoints({ ...running, file, points }, signals.exitCode);
    if (json) terminal.out(`${JSON.stringify(result.document, undefined, 2)}\n`);
    else if (!quiet) terminal.out(`\n${result.summary()}`);
    if (result.failure !== '') terminal.err(result.failure);
    return result.exitCode;
  } catch (error) {
    if (!json) throw error;
    const failure = failureOf(error);
    terminal.out(`${JSON.stringify({ exitCode: failure.exitCode, error: failure.document }, undefined, 2)}\n`);
    terminal.err(failure.text);
    return failure.exitCode;
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
