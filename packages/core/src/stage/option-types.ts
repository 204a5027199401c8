import { Type, type SchemaOptions, type TUnsafe } from '@sinclair/typebox';

/** An option that is one of a few words. */
export function choice<const T extends string>(
  values: readonly T[],
  options: SchemaOptions & { readonly default?: T } = {},
): TUnsafe<T> {
  return Type.Unsafe<T>({ type: 'string', enum: [...values], ...options });
}

/** A file or folder; a relative path is taken from the pipeline file's folder. */
export function path(options: SchemaOptions = {}): TUnsafe<string> {
  return Type.Unsafe<string>({ type: 'string', minLength: 1, format: 'path', ...options });
}
