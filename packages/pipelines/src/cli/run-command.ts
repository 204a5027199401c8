import path from 'node:path';
import { loadPoints, type LogLevel } from '@sluice/core';
import { statusDocument } from '../progress/status-document.js';
import { formatSummary } from '../progress/summary.js';
import { loadOptions, runPlan, type RunOutcome } from '../run-file.js';
import { runSweep, type SweepOutcome } from '../sweep/run-sweep.js';
import { formatSweep } from '../sweep/sweep-table.js';
import { catchSignals } from './catch-signals.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import { failureOf } from './failure.js';
import { printConfig } from './print-config.js';
import type { Terminal } from './terminal.js';

/** Options as the command line gives them. */
export interface RunOptions {
  readonly set: readonly string[];
  readonly profile: readonly string[];
  readonly printConfig?: boolean;
  readonly runsDir: string;
  readonly cacheDir?: string;
  readonly threads?: number;
  readonly logLevel: LogLevel;
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
    const made = { ...others, profiles: profile, environment: process.env };
    const points = await loadPoints(file, loadOptions(made));
    if (options.printConfig === true) {
      terminal.out(printConfig(points, json));
      return exitCodes.ok;
    }
    const running = { ...made, quiet, terminal, signal: controller.signal };
    const [only] = points;
    const result =
      only?.name === ''
        ? runResult(await runPlan(only.plan, running), signals.exitCode())
        : sweepResult(await runSweep({ ...running, file, points }), signals.exitCode());
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

/** How the command ends, and what it says. */
interface Result {
  readonly exitCode: ExitCode;
  /** For `--json`. */
  readonly document: object;
  readonly summary: () => string;
  /** Empty where nothing failed. */
  readonly failure: string;
}

function runResult(outcome: RunOutcome, signalled: ExitCode | undefined): Result {
  const { status, failure } = outcome;
  const ended = failure === undefined ? exitCodes.ok : failureOf(failure.error).exitCode;
  const exitCode = signalled ?? ended;
  const error = failure && { error: { stage: failure.stage, ...failureOf(failure.error).document } };
  return {
    exitCode,
    document: { exitCode, ...statusDocument(status), ...error },
    summary: () => formatSummary(status, process.cwd()),
    failure: failure === undefined ? '' : failureText(outcome, exitCode),
  };
}

function sweepResult({ folder, document }: SweepOutcome, signalled: ExitCode | undefined): Result {
  const failed = document.points.filter(({ status }) => status === 'failed');
  const exitCode = signalled ?? (failed.length === 0 ? exitCodes.ok : exitCodes.stageFailed);
  const cancelled = signalled !== undefined && `The sweep was cancelled; what it has left is in ${folder}\n`;
  const failures = failed.map(({ name, run = '', error }) => {
    const stage = error?.stage === undefined ? 'the run' : `stage "${error.stage}"`;
    return `Point ${name}: ${stage} failed: ${error?.message ?? ''}; the log is in ${path.join(folder, run)}\n`;
  });
  return {
    exitCode,
    document: { exitCode, folder, ...document },
    summary: () => formatSweep(document, folder),
    failure: `${failures.join('')}${cancelled || ''}`,
  };
}

function failureText({ status, failure }: RunOutcome, exitCode: ExitCode): string {
  const cancelled = exitCode === exitCodes.interrupted || exitCode === exitCodes.terminated;
  if (cancelled) return `The run was cancelled; what it has left is in ${status.folder}\n`;
  const stage = failure?.stage === undefined ? 'The run' : `Stage "${failure.stage}"`;
  return `${stage} failed; the log is in ${status.folder}\n${failureOf(failure?.error).text}`;
}
