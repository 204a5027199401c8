import { Document, isCollection, isScalar, visit } from 'yaml';
import type { ValueOrigin } from './value-origins.js';

/**
 * A resolved pipeline as YAML that reads back to the same values. It holds no references; text that looks like one is written so that
 * it reads as it is. With `origins` (of the same pipeline), each scalar has a comment that says where it came from.
 */
export function printPipeline(
  resolved: Readonly<Record<string, unknown>>,
  origins: readonly ValueOrigin[] = [],
): string {
  const document = new Document(escaped(resolved), { version: '1.2', schema: 'core', aliasDuplicateObjects: false });
  const rest = origins.values();
  visit(document, {
    Node: (key, node) => {
      if (key === 'key' || (isCollection(node) && node.items.length > 0)) return;
      if (isScalar(node) && typeof node.value === 'number' && isTooLong(node.value)) node.format = 'EXP';
      const { value: next } = rest.next();
      // Behind `{}` and `[]` the library would break the line.
      if (next !== undefined && isScalar(node)) node.comment = ` ${printable(next.origin)}`;
    },
  });
  return document.toString({ lineWidth: 0 });
}

/** Digits alone would read as a whole number that cannot be held exactly. */
const isTooLong = (value: number): boolean => Number.isInteger(value) && !Number.isSafeInteger(value);

/** File names may hold line breaks. */
// eslint-disable-next-line no-control-regex -- they are what is looked for
const printable = (text: string): string => text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, '\ufffd');

function escaped(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('${', () => '$${');
  if (Array.isArray(value)) return value.map(escaped);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, escaped(item)]));
}
