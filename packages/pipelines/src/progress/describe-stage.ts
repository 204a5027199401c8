import type { MetricValues } from '@sluice/core';
import type { StageStatus } from './run-status.js';

/** `12/64 images`, `12 images`, or nothing where the stage has counted nothing. */
export function describeCount({ done, total, unit }: StageStatus): string {
  if (unit === '') return '';
  return total === undefined ? `${done} ${unit}` : `${done}/${total} ${unit}`;
}

/** `epoch 3 · f1 0.7421 · iou 0.5913`. */
export function describeValues(values: MetricValues): string {
  return Object.entries(values)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name} ${formatValue(value)}`)
    .join(' · ');
}

/** Whole numbers as they are, others with four significant decimals. */
export function formatValue(value: number | string | null | undefined): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string' || Number.isInteger(value) || !Number.isFinite(value)) return String(value);
  return Math.abs(value) >= 0.001 ? value.toFixed(4) : value.toExponential(3);
}

/** `1 stage`, `2 stages`. */
export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
