import type { KeyParts } from '../items/cache-record.js';

/** One thing that a result depends on and that has changed. */
export interface KeyDifference {
  /** In words: `option optimizer.lr`, `package version`, `seed`. */
  readonly what: string;
  readonly before: unknown;
  readonly now: unknown;
}

/** What is different between the keys of two runs. */
export function keyDifferences(before: KeyParts, now: KeyParts): readonly KeyDifference[] {
  return [
    ...compare('stage type', before.stage, now.stage),
    ...compare('package', before.package?.name, now.package?.name),
    ...compare('package version', before.package?.version, now.package?.version),
    ...compare('package code', before.package?.integrity, now.package?.integrity),
    ...compare('option', before.options, now.options),
    ...compare('environment', before.environment, now.environment),
    ...compare('seed', before.seed, now.seed),
  ];
}

/** `option "precision" changed: float32 -> float16` */
export function describeDifference({ what, before, now }: KeyDifference): string {
  return `${what} changed: ${shown(before)} -> ${shown(now)}`;
}

function compare(what: string, before: unknown, now: unknown): readonly KeyDifference[] {
  if (isMap(before) && isMap(now)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(now)]);
    return [...keys].flatMap((key) => compare(`${what}${what.includes(' ') ? '.' : ' '}${key}`, before[key], now[key]));
  }
  return JSON.stringify(before) === JSON.stringify(now) ? [] : [{ what, before, now }];
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  if (value === undefined) return '(none)';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}
