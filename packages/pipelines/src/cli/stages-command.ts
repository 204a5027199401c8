import { listedText, listStages } from '../stages/list-stages.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import type { Terminal } from './terminal.js';

/** `sluice stages`: every stage that a pipeline file in the working folder may use. */
export async function stagesCommand({ json }: { readonly json?: boolean }, terminal: Terminal): Promise<ExitCode> {
  const stages = await listStages(process.cwd());
  terminal.out(json ? `${JSON.stringify(stages, undefined, 2)}\n` : stages.map(listedText).join('\n'));
  return exitCodes.ok;
}
