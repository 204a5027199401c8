import { stageRegistry, suggestion, type StageLookup } from '@sluice/core';
import { pipelinesErrors } from '../errors.js';
import { bundledStages } from '../stages/bundled-stages.js';
import { stageDocument, stageText } from '../stages/describe-stage.js';
import { listStages, lookupReason } from '../stages/list-stages.js';
import { yamlSnippet } from '../stages/yaml-snippet.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import type { Terminal } from './terminal.js';

/** `sluice describe`: all of a stage's definition for a reader; the same names work as in a pipeline file of the working folder. */
export async function describeCommand(
  uses: string,
  { json }: { readonly json?: boolean },
  terminal: Terminal,
): Promise<ExitCode> {
  const folder = process.cwd();
  const { definition, package: identity } = found(uses, await stageRegistry(folder, bundledStages).find(uses));
  const from = identity && { name: identity.name, version: identity.version };
  const yaml = yamlSnippet(uses, definition, await listStages(folder));
  const document = { ...stageDocument(definition), package: from ?? null, yaml };
  terminal.out(json ? `${JSON.stringify(document, undefined, 2)}\n` : stageText(definition, from, yaml));
  return exitCodes.ok;
}

function found(uses: string, lookup: StageLookup): Extract<StageLookup, { readonly kind: 'found' }> {
  if (lookup.kind === 'found') return lookup;
  if (lookup.kind === 'unknown') {
    const hint = suggestion(uses, lookup.known, 'there are') ?? lookupReason(uses, lookup);
    throw pipelinesErrors.UNKNOWN_STAGE({ uses, hint });
  }
  throw pipelinesErrors.NO_STAGE({ uses, reason: lookupReason(uses, lookup) });
}
