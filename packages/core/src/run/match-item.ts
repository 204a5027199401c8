/** Numbers may differ by so much of the larger one. */
const RELATIVE = 1e-9;

/**
 * Where an item is not what a test expects: keys that the test does not name are not looked at, lists are compared whole. Empty when it fits.
 */
export function mismatches(expected: unknown, found: unknown, path = ''): readonly string[] {
  const at = path === '' ? '' : `${path.replace(/^\./, '')} `;
  if (Array.isArray(expected)) {
    if (!Array.isArray(found)) return [`${at}is ${shown(found)}, not a list`];
    const wrong =
      found.length === expected.length
        ? []
        : [`${at}has ${String(found.length)} entries, not ${String(expected.length)}`];
    const both = expected.slice(0, found.length);
    return [...wrong, ...both.flatMap((each, index) => mismatches(each, found[index], `${path}[${String(index)}]`))];
  }
  if (typeof expected === 'object' && expected !== null) {
    if (typeof found !== 'object' || found === null) return [`${at}is ${shown(found)}, not a mapping`];
    const values = found as Readonly<Record<string, unknown>>;
    return Object.entries(expected).flatMap(([key, each]) => {
      if (!Object.hasOwn(values, key)) return [`${path}.${key}`.replace(/^\./, '') + ' is missing'];
      return mismatches(each, values[key], `${path}.${key}`);
    });
  }
  return equal(expected, found) ? [] : [`${at}is ${shown(found)}, not ${shown(expected)}`];
}

function equal(expected: unknown, found: unknown): boolean {
  if (typeof expected !== 'number' || typeof found !== 'number') return expected === found;
  return Math.abs(expected - found) <= RELATIVE * Math.max(Math.abs(expected), Math.abs(found));
}

function shown(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (value === undefined) return 'nothing';
  const text = ArrayBuffer.isView(value) ? `a ${value.constructor.name}` : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
