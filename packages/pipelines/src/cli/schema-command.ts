import path from 'node:path';
import { composeSchema, stageRegistry, writeFileAtomic, type NamedStage, type ServiceNames } from '@sluice/core';
import { servicesOf } from '../services/list-services.js';
import { plural } from '../progress/describe-stage.js';
import { bundledStages } from '../stages/bundled-stages.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import type { Terminal } from './terminal.js';

export interface SchemaOptions {
  readonly output?: string;
  readonly json?: boolean;
}

/** `sluice schema`: one JSON Schema for pipeline files, composed from the stages that a file at the output's place could use. */
export async function schemaCommand({ output, json }: SchemaOptions, terminal: Terminal): Promise<ExitCode> {
  const file = output === undefined ? undefined : path.resolve(output);
  const folder = file === undefined ? process.cwd() : path.dirname(file);
  const registry = stageRegistry(folder, bundledStages);
  const stages: NamedStage[] = [];
  for (const uses of await registry.names()) {
    const lookup = await registry.find(uses);
    if (lookup.kind === 'found') stages.push({ uses, definition: lookup.definition });
    else
      terminal.err(
        `warning: "${uses}" is allowed but left out: ${lookup.kind === 'bad' ? lookup.reason : 'it is not installed'}\n`,
      );
  }
  const choices: Record<string, ServiceNames[string]> = {};
  for (const { listed, schema } of await servicesOf(folder)) {
    const { service, choice: uses } = listed;
    const choice = schema === undefined ? uses : { uses, options: schema };
    if (service !== null) choices[service] = [...(choices[service] ?? []), choice];
  }
  const text = `${JSON.stringify(composeSchema(stages, choices), undefined, 2)}\n`;
  if (file === undefined || output === undefined) {
    terminal.out(text);
    return exitCodes.ok;
  }
  await writeFileAtomic(file, text);
  const names = stages.map(({ uses }) => uses);
  if (json) terminal.out(`${JSON.stringify({ file: output, stages: names }, undefined, 2)}\n`);
  else terminal.out(`${output}: ${plural(names.length, 'stage')}\n`);
  return exitCodes.ok;
}
