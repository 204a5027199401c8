import { resolve } from 'node:path';

type Schema = Readonly<Record<string, unknown>>;

/** A copy of checked options in which every string whose schema says `format: path` is absolute; `folderOf` says where it starts. */
export function resolvePaths(
  schema: object,
  options: Readonly<Record<string, unknown>>,
  folderOf: (path: readonly string[]) => string,
): Readonly<Record<string, unknown>> {
  return walk(schema as Schema, options, [], folderOf) as Readonly<Record<string, unknown>>;
}

function walk(
  schema: Schema,
  value: unknown,
  path: readonly string[],
  folderOf: (path: readonly string[]) => string,
): unknown {
  const branches = schema['anyOf'] ?? schema['oneOf'] ?? schema['allOf'];
  if (Array.isArray(branches)) {
    // A name that an option takes beside paths is none.
    if ((branches as Schema[]).some((branch) => branch['const'] === value)) return value;
    return (branches as Schema[]).reduce((result, branch) => walk(branch, result, path, folderOf), value);
  }
  if (typeof value === 'string') return schema['format'] === 'path' ? resolve(folderOf(path), value) : value;
  if (Array.isArray(value)) {
    const items = schema['items'];
    if (typeof items !== 'object' || items === null || Array.isArray(items)) return value;
    return value.map((item, index) => walk(items as Schema, item, [...path, String(index)], folderOf));
  }
  if (typeof value !== 'object' || value === null) return value;
  const properties = (schema['properties'] ?? {}) as Readonly<Record<string, Schema>>;
  const patterns = Object.values((schema['patternProperties'] ?? {}) as Readonly<Record<string, Schema>>);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const inner = Object.hasOwn(properties, key) ? properties[key] : patterns[0];
      return [key, inner === undefined ? item : walk(inner, item, [...path, key], folderOf)];
    }),
  );
}
