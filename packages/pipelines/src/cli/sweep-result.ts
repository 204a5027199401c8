import path from 'node:path';
import type { SweepOutcome } from '../sweep/run-sweep.js';
import { formatSweep } from '../sweep/sweep-table.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import type { RunResult } from './run-result.js';

/** A point that failed makes the command fail, once all others have been run. */
export function sweepResult({ folder, document }: SweepOutcome, signalled: ExitCode | undefined): RunResult {
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
