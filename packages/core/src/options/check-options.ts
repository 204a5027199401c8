import type { TSchema } from '@sinclair/typebox';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';

/** One wrong value: `path` leads to it from the options' root; for a key that should not be there, or is missing, it ends in that key. */
export interface OptionProblem {
  readonly kind: 'unknown' | 'missing' | 'type' | 'value';
  readonly path: readonly string[];
  readonly message: string;
  /** What could have stood there: names of options for an unknown one, allowed values for a wrong one. */
  readonly candidates: readonly string[];
}

export interface CheckedOptions {
  /** The options with defaults filled in. */
  readonly value: Readonly<Record<string, unknown>>;
  readonly problems: readonly OptionProblem[];
}

// Compiling the meta-schema takes longer than all else: the schemas of packages are checked against it when they are found.
const ajv = new Ajv({
  allErrors: true,
  useDefaults: true,
  strict: false,
  verbose: true,
  meta: false,
  code: { optimize: false },
  validateSchema: false,
});
// A path is resolved against the pipeline file's folder; any string is one.
ajv.addFormat('path', true);
const validators = new WeakMap<TSchema, ValidateFunction>();

/** Checks options against a stage's schema; one wrong value gives one problem. Objects refuse keys that they do not name. */
export function checkOptions(schema: TSchema, options: unknown): CheckedOptions {
  const value = structuredClone(options ?? {}) as Record<string, unknown>;
  let validate = validators.get(schema);
  if (validate === undefined) {
    validate = ajv.compile(closed(schema) as TSchema);
    validators.set(schema, validate);
  }
  if (validate(value)) return { value, problems: [] };
  return { value, problems: distinct(validate.errors ?? []).map(toProblem) };
}

/** The same schema, with `additionalProperties: false` wherever an object does not say. */
export function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const source = schema as Record<string, unknown>;
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(source)) {
    result[key] = key === 'default' || key === 'examples' || key === 'const' ? value : closed(value);
  }
  const open = 'patternProperties' in source || 'additionalProperties' in source || !('properties' in source);
  if (source['type'] === 'object' && !open) result['additionalProperties'] = false;
  return result;
}

/** A failed union reports each branch and itself: only the union is kept, unless a branch failed deeper than at the value. */
function distinct(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const unions = errors.filter((error) => error.keyword === 'anyOf' || error.keyword === 'oneOf');
  const kept = errors.filter((error) => {
    if (error.keyword === 'if') return false;
    return !unions.some((union) => union !== error && error.schemaPath.startsWith(`${union.schemaPath}/`));
  });
  const seen = new Set<string>();
  return kept.filter((error) => {
    const key = `${error.instancePath} ${error.keyword === 'required' ? String(error.params['missingProperty']) : error.keyword === 'additionalProperties' ? String(error.params['additionalProperty']) : ''}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function toProblem(error: ErrorObject): OptionProblem {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const name = path.length > 0 ? path.join('.') : 'options';
  const parameters = error.params as Record<string, unknown>;
  const schema = (error.schema ?? {}) as unknown;
  const parent = (error.parentSchema ?? {}) as Record<string, unknown>;
  switch (error.keyword) {
    case 'additionalProperties': {
      const key = String(parameters['additionalProperty']);
      const candidates = Object.keys(parent['properties'] ?? {});
      return {
        kind: 'unknown',
        path: [...path, key],
        message: `unknown option "${[...path, key].join('.')}"`,
        candidates,
      };
    }
    case 'required': {
      const key = String(parameters['missingProperty']);
      const message = `required option "${[...path, key].join('.')}" is missing`;
      return { kind: 'missing', path: [...path, key], message, candidates: [] };
    }
    case 'anyOf':
    case 'oneOf': {
      const branches = schema as readonly Record<string, unknown>[];
      const allowed = branches.map(
        (branch) => `${describe(branch)}${typeof error.data === 'number' ? bounds(branch) : ''}`,
      );
      const candidates = branches.flatMap((branch) => ('const' in branch ? [String(branch['const'])] : []));
      const message = `${name} must be ${listed(allowed)}, not ${shown(error.data)}`;
      return { kind: 'type', path, message, candidates };
    }
    case 'const':
      return {
        kind: 'value',
        path,
        message: `${name} must be ${describe(parent)}, not ${shown(error.data)}`,
        candidates: [],
      };
    case 'enum': {
      const allowed = (schema as readonly unknown[]).map((value) => shown(value));
      const candidates = (schema as readonly unknown[]).map(String);
      return {
        kind: 'value',
        path,
        message: `${name} must be ${listed(allowed)}, not ${shown(error.data)}`,
        candidates,
      };
    }
    case 'minProperties':
    case 'minItems': {
      const message = `${name} needs at least ${String(parameters['limit'])} ${parameters['limit'] === 1 ? 'entry' : 'entries'}`;
      return { kind: 'value', path, message, candidates: [] };
    }
    case 'type':
      return {
        kind: 'type',
        path,
        message: `${name} must be ${describe(parent)}, not ${shown(error.data)}`,
        candidates: [],
      };
    default:
      return {
        kind: 'value',
        path,
        message: `${name} ${'expects' in parent ? `must be ${describe(parent)}` : (error.message ?? 'is wrong')}, not ${shown(error.data)}`,
        candidates: [],
      };
  }
}

/** What a schema takes, in words: its own (`expects`, an annotation), else its type's. */
function describe(schema: Readonly<Record<string, unknown>>): string {
  if (typeof schema['expects'] === 'string') return schema['expects'];
  if ('const' in schema) return shown(schema['const']);
  const type = schema['type'];
  if (typeof type !== 'string') return Array.isArray(type) ? listed(type.map(String)) : 'of another shape';
  const names: Readonly<Record<string, string>> = {
    integer: 'a whole number',
    number: 'a number',
    string: 'text',
    boolean: 'true or false',
    array: 'a list',
    object: 'a mapping',
    null: 'null',
  };
  return names[type] ?? type;
}

/** A number's limits, in words that follow it. */
function bounds(schema: Readonly<Record<string, unknown>>): string {
  const words = { minimum: 'from', exclusiveMinimum: 'above', maximum: 'to', exclusiveMaximum: 'below' };
  return Object.entries(words)
    .flatMap(([limit, word]) => (typeof schema[limit] === 'number' ? [` ${word} ${String(schema[limit])}`] : []))
    .join('');
}

function listed(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} or ${items.at(-1) ?? ''}`;
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a mapping';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
