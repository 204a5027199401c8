import { statusDocument } from '../progress/status-document.js';
import { formatSummary } from '../progress/summary.js';
import type { RunOutcome } from '../run-file.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import { failureOf } from './failure.js';

/** How the command ends, and what it says. */
export interface RunResult {
  readonly exitCode: ExitCode;
  /** For `--json`. */
  readonly document: object;
  readonly summary: () => string;
  /** Empty where nothing failed. */
  readonly failure: string;
}

export function runResult(outcome: RunOutcome, signalled: ExitCode | undefined): RunResult {
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

function failureText({ status, failure }: RunOutcome, exitCode: ExitCode): string {
  const cancelled = exitCode === exitCodes.interrupted || exitCode === exitCodes.terminated;
  if (cancelled)
    return `The run was cancelled; what it has left is in ${status.folder}; \`sluice resume\` goes on with it\n`;
  const stage = failure?.stage === undefined ? 'The run' : `Stage "${failure.stage}"`;
  return `${stage} failed; the log is in ${status.folder}\n${failureOf(failure?.error).text}`;
}
