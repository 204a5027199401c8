/** The parts of JSON Schema that options are written in. */
export interface OptionSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly OptionSchema[];
  readonly items?: OptionSchema;
  readonly properties?: Readonly<Record<string, OptionSchema>>;
  readonly required?: readonly string[];
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly default?: unknown;
  readonly description?: string;
}

export interface OptionRow {
  /** Dotted path below `with:`. */
  readonly name: string;
  readonly type: string;
  /** As it would be written in YAML; `required` where there is none. */
  readonly default: string;
  readonly description: string;
}

/** One row for each option of a stage; options within options follow the one they belong to. */
export function describeOptions(schema: OptionSchema, prefix = ''): readonly OptionRow[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, option]) => {
    const name = prefix + key;
    const row = {
      name,
      type: typeName(option),
      default: defaultOf(option, schema.required?.includes(key) ?? false),
      description: option.description ?? '',
    };
    return [row, ...describeOptions(option, `${name}.`)];
  });
}

/** `integer >= 1`, `sam | otx`, `list of number`. */
function typeName(schema: OptionSchema): string {
  if (schema.enum) return schema.enum.map(String).join(' | ');
  if ('const' in schema) return String(schema.const);
  if (schema.anyOf) return schema.anyOf.map(typeName).join(' | ');
  if (schema.type === 'array') return `list of ${schema.items ? typeName(schema.items) : 'anything'}`;
  const name =
    schema.format ?? (Array.isArray(schema.type) ? schema.type.join(' | ') : String(schema.type ?? 'anything'));
  return [name, ...bounds(schema)].join(' ');
}

const bounds = ({ minimum, exclusiveMinimum, maximum, exclusiveMaximum }: OptionSchema): readonly string[] =>
  [
    minimum === undefined ? '' : `>= ${minimum}`,
    exclusiveMinimum === undefined ? '' : `> ${exclusiveMinimum}`,
    maximum === undefined ? '' : `<= ${maximum}`,
    exclusiveMaximum === undefined ? '' : `< ${exclusiveMaximum}`,
  ].filter((bound) => bound !== '');

function defaultOf(schema: OptionSchema, required: boolean): string {
  if (schema.properties) return ''; // its options have defaults of their own
  if (schema.default !== undefined) return JSON.stringify(schema.default).replace(/^"(.+)"$/, '$1');
  return required ? 'required' : 'none';
}
