import { Type, type TObject } from '@sinclair/typebox';
import { inputPort, type AnyStage } from '../stage/any-stage.js';
import { openSchema, type JsonSchema } from './open-schema.js';
import { IDENTIFIER, NAME, PipelineSchema, ServiceSchema, StageSchema } from './pipeline-schema.js';

/** What each service can be: bundled choices, of which the first is the default, then packages that are allowed. */
export type ServiceNames = Readonly<Record<string, readonly (string | NamedService)[]>>;

/** A service that takes options, by the name that the file knows it by. */
export interface NamedService {
  readonly uses: string;
  readonly options: TObject;
}

/** A stage by the name that `uses:` knows it by. */
export interface NamedStage {
  readonly uses: string;
  readonly definition: AnyStage;
}

/**
 * One JSON Schema (draft 7, which editors know best) for a whole pipeline file: the language's own, with `with:` and the ports under
 * `in:` scoped by `uses:`. What it cannot see, edges above all, `checkPipeline` checks.
 */
export function composeSchema(stages: readonly NamedStage[], services: ServiceNames = {}): JsonSchema {
  const plain = openSchema(PipelineSchema, (schema) =>
    schema === StageSchema ? { $ref: '#/definitions/stage' } : undefined,
  );
  const properties = { ...(plain['properties'] as Readonly<Record<string, JsonSchema>>) };
  const amend = (key: string, more: JsonSchema): void => void (properties[key] = { ...properties[key], ...more });
  amend('name', openSchema({ ...(PipelineSchema.properties['name'] as object), pattern: NAME }));
  amend('vars', { type: ['object', 'null'], propertyNames: { pattern: IDENTIFIER } });
  amend('stages', { propertyNames: { pattern: IDENTIFIER } });
  amend('services', { ...chosen(services), type: ['object', 'null'] });
  const { required, ...others } = plain;
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'A sluice pipeline',
    ...others,
    type: 'object',
    pattern: undefined,
    properties,
    // A file that is laid over another may leave out what stands there.
    if: { required: ['extends'] },
    else: { required, properties: { stages: { additionalProperties: { required: StageSchema.required } } } },
    definitions: { stage: stageSchema(stages) },
  };
  return JSON.parse(JSON.stringify(schema)) as JsonSchema;
}

/** Services with their choices: a name, `{ name, ...options }` or `{ uses, with }`. */
function chosen(services: ServiceNames): JsonSchema {
  const properties = Object.entries(services).map(([service, listed]) => {
    const choices = listed.map((each) => (typeof each === 'string' ? { uses: each, options: noOptions } : each));
    const names = choices.map(({ uses }) => uses);
    const short = openSchema({ type: 'string', enum: names, default: names[0] });
    const { properties, ...rest } = openSchema(ServiceSchema);
    const uses = { ...(properties as { readonly uses: JsonSchema }).uses, enum: names };
    const long = {
      ...rest,
      properties: { ...(properties as JsonSchema), uses },
      allOf: choices.map((choice) => withRule('uses', choice, { properties: { with: optionsOf(choice) } })),
    };
    const flat = {
      properties: { name: uses },
      allOf: choices.map((choice) => {
        const { properties: options = {}, ...others } = optionsOf(choice);
        return withRule('name', choice, { ...others, type: 'object', properties: { ...options, name: true } });
      }),
    };
    const map = { if: { required: ['name'], not: { required: ['uses'] } }, then: flat, else: long };
    return [service, { if: { type: 'object' }, then: map, else: short }] as const;
  });
  return { properties: Object.fromEntries(properties), additionalProperties: false };
}

const withRule = (key: string, { uses }: NamedService, then: JsonSchema): JsonSchema => ({
  if: { properties: { [key]: { const: uses } }, required: [key] },
  then,
});

const optionsOf = ({ options }: NamedService): JsonSchema & { readonly properties?: object } =>
  block(openSchema(options));

const noOptions = Type.Object({});

/** What every stage has, then a rule for each type. A rule instead of a union: editors complete from the one that fits, and report only its errors. */
function stageSchema(stages: readonly NamedStage[]): JsonSchema {
  const plain = openSchema(StageSchema);
  const properties = plain['properties'] as Readonly<Record<string, JsonSchema>>;
  const { uses = {} } = properties;
  const known = {
    enum: stages.map(({ uses: name }) => name),
    enumDescriptions: stages.map(({ definition }) => definition.summary),
  };
  return {
    ...plain,
    type: 'object',
    pattern: undefined,
    required: undefined,
    properties: {
      ...properties,
      uses: { description: uses['description'], ...openSchema({ type: 'string', ...known }) },
      in: { ...properties['in'], type: ['object', 'null'] },
      with: { ...properties['with'], type: ['object', 'null'] },
    },
    allOf: stages.map((stage) => rule(stage, properties['in'])),
  };
}

function rule({ uses, definition }: NamedStage, edges: JsonSchema | undefined): JsonSchema {
  const ports = portsOf(definition, edges);
  const options = block(openSchema({ ...definition.options, description: definition.summary }));
  const needed = [...('required' in ports ? ['in'] : []), ...('required' in options ? ['with'] : [])];
  return {
    if: { properties: { uses: { const: uses } }, required: ['uses'] },
    then: { properties: { in: ports, with: options }, ...(needed.length > 0 && { required: needed }) },
  };
}

function portsOf(definition: AnyStage, edges: JsonSchema | undefined): JsonSchema {
  const edge = edges?.['additionalProperties'] as JsonSchema;
  const ports = Object.entries(definition.inputs).map(([name, declared]) => {
    const { contract, optional, feedback } = inputPort(declared);
    const need = feedback ? 'feedback' : optional ? 'optional' : 'required';
    const description = `${contract.name} (${need}). ${contract.description}`;
    return { name, optional, schema: { description, ...edge } };
  });
  const required = ports.filter(({ optional }) => !optional).map(({ name }) => name);
  return block({
    type: 'object',
    properties: Object.fromEntries(ports.map(({ name, schema }) => [name, schema])),
    additionalProperties: false,
    ...(required.length > 0 && { required }),
  });
}

/** A block in which nothing is needed may be left empty. */
const block = (schema: JsonSchema): JsonSchema => ({
  ...schema,
  type: 'required' in schema ? 'object' : ['object', 'null'],
  pattern: undefined,
});
