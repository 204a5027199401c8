import type { SkipReason } from './dataset-format.js';

const harmless: ReadonlySet<SkipReason> = new Set<SkipReason>([
  'subset not used',
  'crowd',
  'background',
  'void',
  'not a mask',
  'box without mask',
  'image skipped',
  'no usable instance',
]);

/** Whether a reason says nothing bad about the dataset: `on-bad-item: fail` does not fail for it, and a check finds no fault in it. */
export function isHarmless(reason: SkipReason): boolean {
  return harmless.has(reason);
}
