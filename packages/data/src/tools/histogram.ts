/** How many values lie in each range, by its name; ranges end below their bound, the last has none. */
export type Histogram = Readonly<Record<string, number>>;

export interface HistogramMaker {
  readonly add: (value: number) => void;
  readonly result: () => Histogram;
}

export function histogram(bounds: readonly number[]): HistogramMaker {
  const counts = Array<number>(bounds.length + 1).fill(0);
  const names = counts.map((_, i) => (i < bounds.length ? `< ${bounds[i]!}` : `>= ${bounds.at(-1)!}`));
  return {
    add: (value) => {
      const place = bounds.findIndex((bound) => value < bound);
      counts[place < 0 ? bounds.length : place]!++;
    },
    result: () => Object.fromEntries(names.map((name, i) => [name, counts[i]!])),
  };
}
