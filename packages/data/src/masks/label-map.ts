/** A whole number for each pixel: a class or an object. */
export interface LabelMap {
  readonly width: number;
  readonly height: number;
  /** Row-major `[height, width]`. */
  readonly data: Uint16Array | Uint32Array;
}

/** Run lengths of each number's mask, by number from low to high; column-major, first run zeros, as COCO's. One pass, whatever the count of numbers. */
export function countsByLabel({ width, height, data }: LabelMap): Map<number, number[]> {
  const runs = new Map<number, { readonly counts: number[]; end: number }>();
  const total = width * height;
  const close = (label: number, from: number, to: number): void => {
    let run = runs.get(label);
    if (!run) runs.set(label, (run = { counts: [], end: 0 }));
    run.counts.push(from - run.end, to - from);
    run.end = to;
  };
  let label = data[0] ?? 0;
  let from = 0;
  for (let x = 0, position = 0; x < width; x++) {
    for (let i = x; i < total; i += width, position++) {
      if (data[i] === label) continue;
      close(label, from, position);
      label = data[i]!;
      from = position;
    }
  }
  if (total > 0) close(label, from, total);
  const sorted = [...runs].sort(([a], [b]) => a - b);
  return new Map(sorted.map(([key, { counts, end }]) => [key, end < total ? [...counts, total - end] : counts]));
}
