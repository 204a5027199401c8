import { formatValue } from '../progress/describe-stage.js';
import type { RunRecord } from './run-record.js';

/** Columns that say what a row is about, not how good it is. */
const bookkeeping = new Set(['epoch', 'step', 'images', 'instances']);

/** The number to know a run by: the first score of its last final row, else of its last epoch. */
export function headline({ final, epoch }: Pick<RunRecord, 'final' | 'epoch'>): string {
  const last = final.at(-1);
  const score = Object.entries((last ?? epoch)?.values ?? {}).find(([name, value]) => {
    return typeof value === 'number' && !bookkeeping.has(name);
  });
  if (score === undefined) return '';
  const [name, value] = score;
  const when = last === undefined ? ` (epoch ${String(epoch?.values['epoch'] ?? '?')})` : '';
  return `${name} ${formatValue(value)}${when}`;
}
