import type { AnyStage, InputPorts, OutputPorts } from '@sluice/core';
import { formatTable } from '../progress/format-table.js';
import { describeOptions, type OptionSchema } from './describe-options.js';

export interface OutputRow {
  readonly name: string;
  readonly contract: string;
  /** What an item is. */
  readonly description: string;
}

export interface PortRow extends OutputRow {
  readonly need: 'required' | 'optional' | 'feedback';
}

/** A stage as data, for `--json`: ports by contract, options as the JSON Schema that they are checked against. */
export const stageDocument = (stage: AnyStage) => ({
  type: stage.type,
  summary: stage.summary,
  inputs: inputRows(stage.inputs),
  outputs: outputRows(stage.outputs),
  options: stage.options,
  services: serviceRows(stage).map(([name, token]) => ({ name, token })),
});

/** A stage as text: what it does, its ports, its options, the services that it needs, and how it stands in a file. */
export function stageText(
  stage: AnyStage,
  from: { readonly name: string; readonly version: string } | undefined,
  yaml: string,
): string {
  const inputs = inputRows(stage.inputs).map((row) => [row.name, row.contract, row.need, row.description]);
  const outputs = outputRows(stage.outputs).map((row) => [row.name, row.contract, row.description]);
  const options = describeOptions(stage.options as OptionSchema).map((row) => [
    row.name,
    row.type,
    row.default,
    row.description,
  ]);
  const sections: readonly (readonly [string, readonly (readonly string[])[]])[] = [
    ['Inputs', inputs],
    ['Outputs', outputs],
    ['Options', options.length > 0 ? [['name', 'type', 'default', ''], ...options] : []],
    ['Services', serviceRows(stage)],
  ];
  const texts = sections
    .filter(([, rows]) => rows.length > 0)
    .map(([title, rows]) => `${title}\n${indented(formatTable(rows))}\n`);
  const head = `${stage.type}: ${stage.summary}\n${from === undefined ? '' : `${from.name} ${from.version}\n`}`;
  return [head, ...texts, `In a pipeline file, below "stages:"\n${indented(yaml.trimEnd())}\n`].join('\n');
}

const indented = (text: string): string => text.replace(/^/gm, '  ');

export function inputRows(inputs: InputPorts): readonly PortRow[] {
  return Object.entries(inputs).map(([name, port]) => {
    const { name: contract, description } = 'contract' in port ? port.contract : port;
    if (!('contract' in port)) return { name, contract, need: 'required', description };
    return { name, contract, need: port.feedback ? 'feedback' : port.optional ? 'optional' : 'required', description };
  });
}

export const outputRows = (outputs: OutputPorts): readonly OutputRow[] =>
  Object.entries(outputs).map(([name, { name: contract, description }]) => ({ name, contract, description }));

/** Name and token of each service. */
const serviceRows = ({ services }: AnyStage): readonly (readonly [string, string])[] =>
  Object.entries(services).map(([name, token]) => [
    name,
    typeof token === 'symbol' ? (token.description ?? '') : typeof token === 'function' ? token.name : token,
  ]);
