import type { LabelMap } from './label-map.js';

export interface Components {
  /** Component of each pixel, numbered from 0 by their first pixels in reading order. */
  readonly map: LabelMap;
  /** Label of each component. */
  readonly labels: readonly number[];
}

/** Splits each label into regions that touch at edges or corners. Union-find over two passes (Rosenfeld and Pfaltz 1966). */
export function connectedComponents({ width, height, data }: LabelMap): Components {
  const parents = new Uint32Array(data.length);
  const find = (pixel: number): number => {
    let root = pixel;
    while (parents[root] !== root) root = parents[root] = parents[parents[root]!]!;
    return root;
  };
  /** The pixel that comes first stays the root. */
  const join = (a: number, b: number): void => {
    const [rootA, rootB] = [find(a), find(b)];
    parents[Math.max(rootA, rootB)] = Math.min(rootA, rootB);
  };
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      parents[i] = i;
      const label = data[i];
      if (x > 0 && data[i - 1] === label) join(i, i - 1);
      if (y === 0) continue;
      if (data[i - width] === label) {
        join(i, i - width);
        continue;
      }
      if (x > 0 && data[i - width - 1] === label) join(i, i - width - 1);
      if (x + 1 < width && data[i - width + 1] === label) join(i, i - width + 1);
    }
  }
  const labels: number[] = [];
  const numbers = new Uint32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const root = find(i);
    if (root === i) numbers[i] = labels.push(data[i]!) - 1;
    else numbers[i] = numbers[root]!;
  }
  return { map: { width, height, data: numbers }, labels };
}
