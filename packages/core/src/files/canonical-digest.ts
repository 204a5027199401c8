import { createHash } from 'node:crypto';
import { coreErrors } from '../errors/core-errors.js';

/**
 * SHA-256 (hex) of a value's canonical JSON: keys sorted by code unit, numbers as ECMAScript prints them, no white space (RFC 8785).
 * Properties that are `undefined` are left out; what JSON cannot say (NaN, functions, cycles, typed arrays) is an error, never dropped.
 */
export function canonicalDigest(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

export function canonicalJson(value: unknown): string {
  return print(value, '$', new Set());
}

function print(value: unknown, path: string, parents: Set<object>): string {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return JSON.stringify(value);
    case 'number':
      if (!Number.isFinite(value)) throw coreErrors.NOT_CANONICAL({ path, found: String(value) });
      return JSON.stringify(value);
    case 'object':
      return value === null ? 'null' : printObject(value, path, parents);
    default:
      throw coreErrors.NOT_CANONICAL({ path, found: typeof value });
  }
}

function printObject(value: object, path: string, parents: Set<object>): string {
  if (parents.has(value)) throw coreErrors.NOT_CANONICAL({ path, found: 'a reference to its own parent' });
  parents.add(value);
  let text: string;
  if (Array.isArray(value)) {
    text = `[${value.map((item, index) => print(item, `${path}[${String(index)}]`, parents)).join(',')}]`;
  } else {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== null && prototype !== Object.prototype) {
      throw coreErrors.NOT_CANONICAL({ path, found: value.constructor.name });
    }
    const fields = Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => `${JSON.stringify(key)}:${print(item, `${path}.${key}`, parents)}`);
    text = `{${fields.join(',')}}`;
  }
  parents.delete(value);
  return text;
}
