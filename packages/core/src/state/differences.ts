/** Where two JSON values differ, each as `path: before, now after`. */
export function differences(before: unknown, now: unknown, path = ''): readonly string[] {
  if (isObject(before) && isObject(now)) {
    return [...new Set([...Object.keys(before), ...Object.keys(now)])].flatMap((key) => {
      return differences(own(before, key), own(now, key), path === '' ? key : `${path}.${key}`);
    });
  }
  if (JSON.stringify(before) === JSON.stringify(now)) return [];
  if (now === undefined) return [`${path} is gone`];
  if (before === undefined) return [`${path} is new`];
  return [`${path} was ${shown(before)}, is ${shown(now)}`];
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const own = (value: Readonly<Record<string, unknown>>, key: string): unknown =>
  Object.hasOwn(value, key) ? value[key] : undefined;

/** Digests by their beginning. */
function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 24 ? `${text.slice(0, 12)}…` : text;
}
