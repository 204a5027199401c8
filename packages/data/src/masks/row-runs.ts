import type { BitMask } from './bit-mask.js';

/** The set pixels in reading order as alternating starts and ends of runs, indices into the mask's data. Runs may go over a row's end. */
export function rowRuns({ data }: BitMask): Uint32Array {
  const edges: number[] = [];
  for (let start = data.indexOf(1); start >= 0;) {
    const end = data.indexOf(0, start);
    edges.push(start, end < 0 ? data.length : end);
    start = end < 0 ? -1 : data.indexOf(1, end);
  }
  return Uint32Array.from(edges);
}
