import type { AnyStage } from '@sluice/core';
import { stringify } from 'yaml';
import type { OptionSchema } from './describe-options.js';
import { inputRows } from './describe-stage.js';
import type { ListedStage } from './list-stages.js';

/**
 * How a stage stands in a pipeline file: required inputs from a stage that gives such items, options with their defaults, and a stand-in
 * where an option has none.
 */
export function yamlSnippet(uses: string, definition: AnyStage, known: readonly ListedStage[]): string {
  const inputs = inputRows(definition.inputs)
    .filter(({ need }) => need === 'required')
    .map(({ name, contract }) => [name, sourceOf(contract, known)]);
  const options = exampleOf(definition.options as OptionSchema) as object;
  const stage = {
    uses,
    ...(inputs.length > 0 && { in: Object.fromEntries(inputs) as object }),
    ...(Object.keys(options).length > 0 && { with: options }),
  };
  return stringify({ [idOf(uses)]: stage });
}

/** An id for a stage: the last part of its package's name. */
export const idOf = (uses: string): string =>
  (uses.split('/').at(-1) ?? uses).replace(/^[^A-Za-z]+/, '').replace(/[^\w-]/g, '-') || 'stage';

function sourceOf(contract: string, known: readonly ListedStage[]): string {
  for (const { name, outputs } of known) {
    const output = outputs.find((port) => port.contract === contract);
    if (output !== undefined) return `${idOf(name)}.${output.name}`;
  }
  return 'stage.port';
}

/** The default, else something that the schema takes. */
function exampleOf(schema: OptionSchema): unknown {
  if (schema.properties !== undefined) return objectExample(schema);
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  if ('const' in schema) return schema.const;
  if (schema.anyOf) return exampleOf(schema.anyOf[0] ?? {});
  switch (Array.isArray(schema.type) ? (schema.type as readonly string[])[0] : schema.type) {
    case 'object':
      return {};
    case 'array':
      return [];
    case 'integer':
    case 'number':
      return schema.minimum ?? (schema.exclusiveMinimum === undefined ? 1 : schema.exclusiveMinimum + 1);
    case 'boolean':
      return false;
    default:
      return schema.format === 'path' ? './path' : 'text';
  }
}

/** Options that are required or have a default: what is left out may be left out. */
function objectExample({ properties = {}, required = [] }: OptionSchema): unknown {
  const shown = Object.entries(properties).filter(([key, option]) => required.includes(key) || 'default' in option);
  return Object.fromEntries(shown.map(([key, option]) => [key, exampleOf(option)]));
}
