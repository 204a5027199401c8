import { checkPipeline, renderDiagnostics, type CheckedPipeline } from '@sluice/core';
import { loadOptions } from '../load-options.js';
import { plural } from '../progress/describe-stage.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import { printConfig } from './print-config.js';
import type { Terminal } from './terminal.js';
import { commandVersion } from './version.js';

export interface ValidateOptions {
  readonly set: readonly string[];
  readonly profile: readonly string[];
  readonly format: 'text' | 'json' | 'sarif';
  /** Short for `format: 'json'`. */
  readonly json?: boolean;
  readonly printConfig?: boolean;
}

interface CheckedFile extends CheckedPipeline {
  readonly file: string;
}

/** `sluice validate`: all problems of each file on stderr (as JSON or SARIF on stdout), nothing is run. */
export async function validateCommand(
  files: readonly string[],
  { set, profile, format, json, printConfig: shown }: ValidateOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const load = loadOptions({ set, profiles: profile, environment: process.env });
  const checked: CheckedFile[] = [];
  for (const file of files) checked.push({ file, ...(await checkPipeline(file, load)) });
  const valid = checked.every(({ plan }) => plan !== undefined);
  const diagnostics = checked.flatMap((each) => each.diagnostics);
  const asJson = json === true || format === 'json';
  if (format === 'sarif') {
    const { sarifLog } = await import('./sarif.js');
    terminal.out(`${JSON.stringify(sarifLog(diagnostics, process.cwd(), commandVersion()), undefined, 2)}\n`);
  } else if (valid && shown === true) {
    const points = checked.flatMap((each) => each.points);
    terminal.out(printConfig(points, asJson));
  } else if (asJson) {
    terminal.out(`${JSON.stringify({ valid, diagnostics }, undefined, 2)}\n`);
  } else {
    for (const each of checked) show(each, terminal);
  }
  return valid ? exitCodes.ok : exitCodes.badUsage;
}

function show({ file, plan, points, diagnostics }: CheckedFile, terminal: Terminal): void {
  if (diagnostics.length > 0) terminal.err(`${renderDiagnostics(diagnostics)}\n`);
  if (plan === undefined) {
    terminal.err(`\n${file}: ${plural(diagnostics.length, 'problem')}\n`);
    return;
  }
  const size = plural(plan.stages.length, 'stage');
  const sweep = points.length === 1 ? '' : `, ${plural(points.length, 'point')}`;
  terminal.out(`${file}: ${size}${sweep}, no problem found\n`);
}
