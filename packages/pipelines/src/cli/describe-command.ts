import { stageRegistry, suggestion, type AnyStage, type StageLookup } from '@sluice/core';
import { pipelinesErrors } from '../errors.js';
import { bundledStages } from '../stages/bundled-stages.js';
import { stageDocument, stageText } from '../stages/describe-stage.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import type { Terminal } from './terminal.js';

/** `sluice describe`: ports and options of a stage; the same names work as in a pipeline file of the working folder. */
export async function describeCommand(
  uses: string,
  { json }: { readonly json?: boolean },
  terminal: Terminal,
): Promise<ExitCode> {
  const stage = definitionOf(uses, await stageRegistry(process.cwd(), bundledStages).find(uses));
  terminal.out(json ? `${JSON.stringify(stageDocument(stage), undefined, 2)}\n` : stageText(stage));
  return exitCodes.ok;
}

function definitionOf(uses: string, lookup: StageLookup): AnyStage {
  switch (lookup.kind) {
    case 'found':
      return lookup.definition;
    case 'unknown':
      throw pipelinesErrors.UNKNOWN_STAGE({
        uses,
        hint: suggestion(uses, lookup.known, 'there are') ?? '`sluice stages` lists them',
      });
    case 'relative':
      throw pipelinesErrors.NO_STAGE({ uses, reason: 'name an npm package (a workspace package will do), not a file' });
    case 'not-allowed':
      throw pipelinesErrors.NO_STAGE({
        uses,
        reason: `add "sluice": { "stages": ["${uses}"] } to ${lookup.packageJson}`,
      });
    case 'not-installed':
      throw pipelinesErrors.NO_STAGE({ uses, reason: `install it with \`npm install ${uses}\` in ${lookup.folder}` });
    case 'bad':
      throw pipelinesErrors.NO_STAGE({ uses, reason: lookup.reason });
  }
}
