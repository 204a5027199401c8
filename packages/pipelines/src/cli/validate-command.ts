import { checkPipeline, renderDiagnostics, type PipelinePlan, type PipelinePoint } from '@sluice/core';
import { plural } from '../progress/describe-stage.js';
import { loadOptions } from '../load-options.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import { printConfig } from './print-config.js';
import type { Terminal } from './terminal.js';

export interface ValidateOptions {
  readonly set: readonly string[];
  readonly profile: readonly string[];
  readonly printConfig?: boolean;
  readonly json?: boolean;
}

/** `sluice validate`: all problems of a file on stderr (as JSON on stdout), nothing is run. */
export async function validateCommand(file: string, options: ValidateOptions, terminal: Terminal): Promise<ExitCode> {
  const { set, profile, json = false } = options;
  const load = loadOptions({ set, profiles: profile, environment: process.env });
  const { plan, points, diagnostics } = await checkPipeline(file, load);
  const valid = plan !== undefined;
  if (valid && options.printConfig === true) terminal.out(printConfig(points, json));
  else if (json) terminal.out(`${JSON.stringify({ valid, diagnostics }, undefined, 2)}\n`);
  else {
    if (diagnostics.length > 0) terminal.err(`${renderDiagnostics(diagnostics)}\n`);
    if (valid) terminal.out(`${file}: ${describe(plan, points)}, no problem found\n`);
    else terminal.err(`\n${file}: ${plural(diagnostics.length, 'problem')}\n`);
  }
  return valid ? exitCodes.ok : exitCodes.badUsage;
}

function describe({ stages }: PipelinePlan, points: readonly PipelinePoint[]): string {
  const size = plural(stages.length, 'stage');
  return points.length === 1 ? size : `${size}, ${plural(points.length, 'point')}`;
}
