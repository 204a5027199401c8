import type { Random } from '@sluice/core';

/** Uniform in [from, to). */
export function between(random: Random, from: number, to: number): number {
  return from + (to - from) * random.uniform();
}

export function pick<T>(random: Random, items: readonly [T, ...T[]]): T {
  return items[random.integer(0, items.length - 1)]!;
}
