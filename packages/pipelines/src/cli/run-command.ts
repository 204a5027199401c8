import type { LogLevel, Selection } from '@sluice/core';
import { statusDocument } from '../progress/status-document.js';
import { formatSummary } from '../progress/summary.js';
import { runFile, type RunOutcome } from '../run-file.js';
import { catchSignals } from './catch-signals.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import { failureOf } from './failure.js';
import { selectionOf } from './selection.js';
import type { Terminal } from './terminal.js';

/** Options as the command line gives them. */
export interface RunOptions extends Selection {
  readonly set: readonly string[];
  readonly runsDir: string;
  readonly cacheDir?: string;
  readonly threads?: number;
  readonly logLevel: LogLevel;
  readonly replay?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** `sluice run`: runs the file, then prints the summary; SIGINT and SIGTERM cancel the run in order. */
export async function runCommand(file: string, options: RunOptions, terminal: Terminal): Promise<ExitCode> {
  const { json = false, quiet = false, ...others } = options;
  const selection = selectionOf(options);
  const controller = new AbortController();
  const signals = catchSignals((signal) => {
    terminal.err(`${signal}: ending the run; once more ends it at once\n`);
    controller.abort(new Error(signal));
  });
  try {
    const outcome = await runFile({ ...others, selection, file, quiet, terminal, signal: controller.signal });
    const exitCode = signals.exitCode() ?? exitCodeOf(outcome);
    if (json) terminal.out(`${JSON.stringify(documentOf(outcome, exitCode), undefined, 2)}\n`);
    else if (!quiet) terminal.out(`\n${formatSummary(outcome.status, process.cwd())}`);
    if (outcome.failure) terminal.err(failureText(outcome, exitCode));
    return exitCode;
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

const exitCodeOf = ({ failure }: RunOutcome): ExitCode =>
  failure === undefined ? exitCodes.ok : failureOf(failure.error).exitCode;

const documentOf = ({ status, failure }: RunOutcome, exitCode: ExitCode) => ({
  exitCode,
  ...statusDocument(status),
  ...(failure && { error: { stage: failure.stage, ...failureOf(failure.error).document } }),
});

function failureText({ status, failure }: RunOutcome, exitCode: ExitCode): string {
  const cancelled = exitCode === exitCodes.interrupted || exitCode === exitCodes.terminated;
  if (cancelled) return `The run was cancelled; what it has left is in ${status.folder}\n`;
  const stage = failure?.stage === undefined ? 'The run' : `Stage "${failure.stage}"`;
  return `${stage} failed; the log is in ${status.folder}\n${failureOf(failure?.error).text}`;
}
