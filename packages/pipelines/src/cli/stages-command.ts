import { formatTable } from '../progress/format-table.js';
import { bundledStages } from '../stages/bundled-stages.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import type { Terminal } from './terminal.js';

/** `sluice stages`: short name and summary of every bundled stage. */
export async function stagesCommand({ json }: { readonly json?: boolean }, terminal: Terminal): Promise<ExitCode> {
  const stages = await Promise.all(
    Object.entries(bundledStages).map(async ([name, { load }]) => ({ name, summary: (await load()).summary })),
  );
  if (json) terminal.out(`${JSON.stringify(stages, undefined, 2)}\n`);
  else terminal.out(`${formatTable(stages.map(({ name, summary }) => [name, summary]))}\n`);
  return exitCodes.ok;
}
