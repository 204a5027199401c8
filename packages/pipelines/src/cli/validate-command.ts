import { checkPipeline, renderDiagnostics, type CheckedPipeline } from '@sluice/core';
import { serviceChoices } from '../composition.js';
import { plural } from '../progress/describe-stage.js';
import { bundledStages } from '../stages/bundled-stages.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import type { Terminal } from './terminal.js';
import { commandVersion } from './version.js';

export interface ValidateOptions {
  readonly set: readonly string[];
  readonly format: 'text' | 'json' | 'sarif';
  /** Short for `format: 'json'`. */
  readonly json?: boolean;
}

interface CheckedFile extends CheckedPipeline {
  readonly file: string;
}

/** `sluice validate`: all problems of each file on stderr (as JSON or SARIF on stdout), nothing is run. */
export async function validateCommand(
  files: readonly string[],
  { set, format, json }: ValidateOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const load = { bundled: bundledStages, services: serviceChoices({ cacheDir: '', threads: 1 }), set };
  const checked: CheckedFile[] = [];
  for (const file of files) checked.push({ file, ...(await checkPipeline(file, load)) });
  const valid = checked.every(({ plan }) => plan !== undefined);
  const diagnostics = checked.flatMap((each) => each.diagnostics);
  if (json === true || format === 'json') {
    terminal.out(`${JSON.stringify({ valid, diagnostics }, undefined, 2)}\n`);
  } else if (format === 'sarif') {
    const { sarifLog } = await import('./sarif.js');
    terminal.out(`${JSON.stringify(sarifLog(diagnostics, process.cwd(), commandVersion()), undefined, 2)}\n`);
  } else {
    for (const each of checked) show(each, terminal);
  }
  return valid ? exitCodes.ok : exitCodes.badUsage;
}

function show({ file, plan, diagnostics }: CheckedFile, terminal: Terminal): void {
  if (diagnostics.length > 0) terminal.err(`${renderDiagnostics(diagnostics)}\n`);
  if (plan !== undefined) terminal.out(`${file}: ${plural(plan.stages.length, 'stage')}, no problem found\n`);
  else terminal.err(`\n${file}: ${plural(diagnostics.length, 'problem')}\n`);
}
