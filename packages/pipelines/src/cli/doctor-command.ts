import { cacheFolder } from '../cache-folder.js';
import { allChecks } from '../doctor/all-checks.js';
import { runChecks } from '../doctor/check.js';
import { formatTable } from '../progress/format-table.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import type { Terminal } from './terminal.js';

export interface DoctorOptions {
  readonly runsDir: string;
  readonly cacheDir?: string;
  readonly json?: boolean;
}

/** `sluice doctor`: a line for each check, with what to do below it; warnings don't fail. */
export async function doctorCommand(options: DoctorOptions, terminal: Terminal): Promise<ExitCode> {
  const { runsDir, json = false } = options;
  const cacheDir = cacheFolder(options.cacheDir);
  const results = await runChecks(allChecks, { runsDir, cacheDir, cwd: process.cwd() });
  const failed = results.filter(({ state }) => state === 'failed').length;
  if (json) terminal.out(`${JSON.stringify({ healthy: failed === 0, checks: results }, undefined, 2)}\n`);
  else {
    const rows = results.flatMap(({ name, state, found, advice }) => [
      [state, name, found],
      ...(advice === undefined ? [] : [['', '', `→ ${advice}`]]),
    ]);
    terminal.out(`${formatTable(rows)}\n`);
    if (failed > 0) terminal.err(`${failed} of ${results.length} checks failed\n`);
  }
  return failed === 0 ? exitCodes.ok : exitCodes.badEnvironment;
}
