import { stageRegistry, type AnyStage, type StageLookup } from '@sluice/core';
import { bundledStages } from './bundled-stages.js';
import { describeOptions, type OptionSchema } from './describe-options.js';
import { inputRows, outputRows, type OutputRow, type PortRow } from './describe-stage.js';

/** A stage that pipeline files of a folder may use. */
export interface ListedStage {
  /** As `uses:` names it. */
  readonly name: string;
  readonly from: 'bundled' | 'allowed';
  readonly summary: string;
  readonly package: { readonly name: string; readonly version: string } | null;
  readonly inputs: readonly PortRow[];
  readonly outputs: readonly OutputRow[];
  /** Names of its options at the top level. */
  readonly options: readonly string[];
  /** Why a package that is allowed can't be used. */
  readonly problem?: string;
}

/** The bundled stages, then those that the nearest package.json allows. */
export async function listStages(folder: string): Promise<readonly ListedStage[]> {
  const registry = stageRegistry(folder, bundledStages);
  const names = [...new Set(await registry.names())];
  return Promise.all(names.map(async (name) => listed(name, await registry.find(name))));
}

function listed(name: string, lookup: StageLookup): ListedStage {
  const from = Object.hasOwn(bundledStages, name) ? 'bundled' : 'allowed';
  if (lookup.kind !== 'found') {
    const nothing = { summary: '', package: null, inputs: [], outputs: [], options: [] };
    return { name, from, ...nothing, problem: lookupReason(name, lookup) };
  }
  const { definition, package: identity } = lookup;
  return {
    name,
    from,
    summary: definition.summary,
    package: identity === undefined ? null : { name: identity.name, version: identity.version },
    inputs: inputRows(definition.inputs),
    outputs: outputRows(definition.outputs),
    options: optionNames(definition),
  };
}

const optionNames = ({ options }: AnyStage): readonly string[] =>
  describeOptions(options as OptionSchema)
    .map(({ name }) => name)
    .filter((name) => !name.includes('.'));

/** Why a name leads to no stage, and what to do. */
export function lookupReason(uses: string, lookup: Exclude<StageLookup, { readonly kind: 'found' }>): string {
  switch (lookup.kind) {
    case 'unknown':
      return '`sluice stages` lists those that there are';
    case 'relative':
      return 'name an npm package (a workspace package will do), not a file';
    case 'not-allowed':
      return `add "sluice": { "stages": ["${uses}"] } to ${lookup.packageJson}`;
    case 'not-installed':
      return `install it with \`npm install ${uses}\` in ${lookup.folder}`;
    case 'bad':
      return lookup.reason;
  }
}

/** A stage in three lines: what it does, where it comes from and its ports, its options. */
export function listedText({ name, summary, package: from, inputs, outputs, options, problem }: ListedStage): string {
  if (problem !== undefined) return `${name}\n  can't be used: ${problem}\n`;
  const port = ({ name: key, contract }: OutputRow): string => `${key} (${contract})`;
  const takes = inputs.map((row) => (row.need === 'required' ? port(row) : `${port(row)}, ${row.need}`)).join(' + ');
  const gives = outputs.map(port).join(' + ');
  const lines = [
    `${name}: ${summary}`,
    ...(from === null ? [] : [`  ${from.name} ${from.version}`]),
    `  ${takes === '' ? '' : `${takes} `}-> ${gives}`,
    ...(options.length === 0 ? [] : [`  options: ${options.join(', ')}`]),
  ];
  return `${lines.join('\n')}\n`;
}
