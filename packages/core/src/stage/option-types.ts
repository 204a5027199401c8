import { Type, type SchemaOptions, type TUnsafe } from '@sinclair/typebox';

/** An option that is one of a few words. */
export function choice<const T extends string>(
  values: readonly T[],
  options: SchemaOptions & { readonly default?: T } = {},
): TUnsafe<T> {
  return Type.Unsafe<T>({ type: 'string', enum: [...values], ...options });
}

/**
 * One of a few names, or a file of one of these kinds by its path: a text with a slash or with such an ending is a path, and a relative one
 * is taken from the pipeline file's folder.
 */
export function nameOrPath(
  names: readonly string[],
  endings: readonly string[],
  options: SchemaOptions & { readonly default?: string } = {},
): TUnsafe<string> {
  const pattern = `[/\\\\]|\\.(${endings.join('|')})$`;
  const file = { type: 'string', format: 'path', pattern, expects: `the path of a file (.${endings.join(', .')})` };
  return Type.Unsafe<string>({ anyOf: [...names.map((name) => ({ const: name })), file], ...options });
}

/** A file or folder; a relative path is taken from the pipeline file's folder. */
export function path(options: SchemaOptions = {}): TUnsafe<string> {
  return Type.Unsafe<string>({ type: 'string', minLength: 1, format: 'path', ...options });
}
