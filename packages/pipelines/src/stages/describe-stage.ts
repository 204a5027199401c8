import type { AnyStage, InputPorts } from '@sluice/core';
import { formatTable } from '../progress/format-table.js';
import { describeOptions, type OptionSchema } from './describe-options.js';

export interface PortRow {
  readonly name: string;
  readonly contract: string;
  readonly need: 'required' | 'optional' | 'feedback';
}

/** A stage as data, for `--json`: ports by contract, options as the JSON Schema that they are checked against. */
export const stageDocument = (stage: AnyStage) => ({
  type: stage.type,
  summary: stage.summary,
  inputs: inputRows(stage.inputs),
  outputs: Object.entries(stage.outputs).map(([name, { name: contract }]) => ({ name, contract })),
  options: stage.options,
});

/** A stage as text: what it does, its ports, its options. */
export function stageText(stage: AnyStage): string {
  const inputs = inputRows(stage.inputs).map(({ name, contract, need }) => [name, contract, need]);
  const outputs = Object.entries(stage.outputs).map(([name, contract]) => [name, contract.name]);
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
  ];
  const texts = sections
    .filter(([, rows]) => rows.length > 0)
    .map(([title, rows]) => `${title}\n${formatTable(rows).replace(/^/gm, '  ')}\n`);
  return [`${stage.type}: ${stage.summary}\n`, ...texts].join('\n');
}

function inputRows(inputs: InputPorts): readonly PortRow[] {
  return Object.entries(inputs).map(([name, port]) => {
    if (!('contract' in port)) return { name, contract: port.name, need: 'required' };
    return {
      name,
      contract: port.contract.name,
      need: port.feedback ? 'feedback' : port.optional ? 'optional' : 'required',
    };
  });
}
