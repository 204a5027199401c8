/** A JSON Schema as plain data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A value that is one variable, whose type it takes, and a text with variables in it. Both take linear time on any text. */
const WHOLE = '^\\$\\{[^{}]+\\}$';
const INSIDE = '\\$\\{[^{}]+\\}';

/**
 * The schema as an editor needs it, before variables and defaults are put in: `${vars.name}` may stand for any value, an option with a
 * default may be missing, and objects refuse keys that they do not name. `replaced` gives another schema for one that is met on the way.
 */
export function openSchema(schema: unknown, replaced?: (schema: object) => JsonSchema | undefined): JsonSchema {
  const source = schema as JsonSchema;
  const other = replaced?.(source);
  if (other !== undefined) return other;
  const { required, properties, patternProperties, items, anyOf, then: whenSo, else: otherwise, ...rest } = source;
  const open = (inner: unknown): JsonSchema => openSchema(inner, replaced);
  const named = Object.entries((properties ?? {}) as Readonly<Record<string, JsonSchema>>);
  const needed = ((required ?? []) as readonly string[]).filter(
    (name) => (properties as Readonly<Record<string, JsonSchema>>)[name]?.['default'] === undefined,
  );
  // TypeBox writes a record of anything as a pattern that fits all names.
  const [values] = Object.values((patternProperties ?? {}) as JsonSchema);
  return withVariable({
    ...rest,
    ...(named.length > 0 && { properties: Object.fromEntries(named.map(([name, inner]) => [name, open(inner)])) }),
    ...(needed.length > 0 && { required: needed }),
    ...(source['type'] === 'object' &&
      !('additionalProperties' in rest) && { additionalProperties: values === undefined ? false : open(values) }),
    ...(items !== undefined && { items: open(items) }),
    ...(whenSo !== undefined && { then: open(whenSo) }),
    ...(otherwise !== undefined && { else: open(otherwise) }),
    ...(anyOf !== undefined && { anyOf: (anyOf as readonly JsonSchema[]).map(open) }),
  });
}

function withVariable(schema: JsonSchema): JsonSchema {
  const { type, anyOf } = schema;
  const { title, description, default: byDefault, ...test } = schema;
  const said = {
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    ...(byDefault !== undefined && { default: byDefault }),
  };
  if (Array.isArray(anyOf)) {
    const branches = anyOf as readonly JsonSchema[];
    return {
      ...schema,
      anyOf: branches.some(takesVariable) ? branches : [...branches, { type: 'string', pattern: INSIDE }],
    };
  }
  if ('const' in schema) return schema; // one of the branches of a union, or nothing to vary
  if (type === 'string') {
    if (!('enum' in schema || 'pattern' in schema)) return schema;
    return { ...said, anyOf: [test, { type: 'string', pattern: INSIDE }] };
  }
  // One type more instead of a union: a wrong value then gives one error.
  return typeof type === 'string' ? { ...schema, type: [type, 'string'], pattern: WHOLE } : schema;
}

const takesVariable = ({ type, pattern }: JsonSchema): boolean =>
  (type === 'string' && pattern === undefined) || pattern === INSIDE;
