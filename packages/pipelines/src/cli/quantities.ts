import { InvalidArgumentError } from 'commander';

const byteUnits: Readonly<Record<string, number>> = {
  '': 1,
  ...{ b: 1, kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 },
  ...{ kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30, tib: 2 ** 40 },
};

const MINUTE = 60_000;
const timeUnits: Readonly<Record<string, number>> = {
  ...{ s: 1000, m: MINUTE, h: 60 * MINUTE, d: 24 * 60 * MINUTE, w: 7 * 24 * 60 * MINUTE },
};

/** `20GB`, `1.5 GiB`, `500kB`, `0`: bytes. */
export const byteCount = (text: string): number =>
  quantity(text, byteUnits, 'It must be a size such as 20GB, 500MB, 1.5GiB or 0.');

/** `30d`, `12h`, `45m`, `90s`, `2w`: milliseconds. */
export const timeSpan = (text: string): number =>
  quantity(text, timeUnits, 'It must be a time such as 30d, 12h, 45m, 90s or 2w.');

/** A number and its unit, and nothing else: what is misread here deletes files. */
function quantity(text: string, units: Readonly<Record<string, number>>, problem: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?) ?([a-z]*)$/i.exec(text.trim()) ?? [];
  const factor = Object.hasOwn(units, unit.toLowerCase()) ? units[unit.toLowerCase()] : undefined;
  const value = Number(number) * (factor ?? Number.NaN);
  if (number === '' || !Number.isSafeInteger(Math.round(value))) throw new InvalidArgumentError(problem);
  return Math.round(value);
}
