import { checkPipeline, renderDiagnostics } from '@sluice/core';
import { serviceChoices } from '../composition.js';
import { plural } from '../progress/describe-stage.js';
import { bundledStages } from '../stages/bundled-stages.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import type { Terminal } from './terminal.js';

export interface ValidateOptions {
  readonly set: readonly string[];
  readonly json?: boolean;
}

/** `sluice validate`: all problems of a file on stderr (as JSON on stdout), nothing is run. */
export async function validateCommand(file: string, options: ValidateOptions, terminal: Terminal): Promise<ExitCode> {
  const { set, json } = options;
  const load = { bundled: bundledStages, services: serviceChoices({ cacheDir: '', threads: 1 }), set };
  const { plan, diagnostics } = await checkPipeline(file, load);
  const valid = plan !== undefined;
  if (json) terminal.out(`${JSON.stringify({ valid, diagnostics }, undefined, 2)}\n`);
  else {
    if (diagnostics.length > 0) terminal.err(`${renderDiagnostics(diagnostics)}\n`);
    if (plan !== undefined) terminal.out(`${file}: ${plural(plan.stages.length, 'stage')}, no problem found\n`);
    else terminal.err(`\n${file}: ${plural(diagnostics.length, 'problem')}\n`);
  }
  return valid ? exitCodes.ok : exitCodes.badUsage;
}
