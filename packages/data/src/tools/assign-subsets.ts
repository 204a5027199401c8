import { randomOf } from '@sluice/core';

export interface Labelled {
  readonly key: string;
  /** Categories of its instances, one for each. */
  readonly categories: readonly string[];
}

/**
 * Shares images out so that each category's instances are split by the shares, too: iterative stratification (Sechidis, Tsoumakas and Vlahavas 2011). The
 * rarest category that is left goes first, each of its images to the subset that lacks most of it. Depends on seed, keys and categories alone, not on order.
 */
export function assignSubsets(
  images: readonly Labelled[],
  shares: Readonly<Record<string, number>>,
  seed: number,
): ReadonlyMap<string, string> {
  const names = Object.keys(shares).filter((name) => shares[name]! > 0);
  const whole = names.reduce((sum, name) => sum + shares[name]!, 0);
  const wanted = new Map(names.map((name) => [name, (shares[name]! / whole) * images.length]));
  const frequency = new Map<string, number>();
  for (const { categories } of images) {
    for (const category of categories) frequency.set(category, (frequency.get(category) ?? 0) + 1);
  }
  const lacking = new Map(
    names.map((name) => {
      const share = shares[name]! / whole;
      return [name, new Map([...frequency].map(([category, count]) => [category, count * share]))];
    }),
  );
  const lots = images
    .map((image) => ({ image, lot: randomOf(seed, 'split', image.key).uniform() }))
    .sort((a, b) => a.lot - b.lot || (a.image.key < b.image.key ? -1 : 1));
  const assigned = new Map<string, string>();

  const assign = ({ key, categories }: Labelled, category: string | undefined): void => {
    const need = (name: string): readonly [number, number] => [
      category === undefined ? 0 : lacking.get(name)!.get(category)!,
      wanted.get(name)!,
    ];
    const best = names.reduce((a, b) => (isMore(need(b), need(a)) ? b : a));
    assigned.set(key, best);
    wanted.set(best, wanted.get(best)! - 1);
    const own = lacking.get(best)!;
    for (const each of categories) own.set(each, own.get(each)! - 1);
  };
  const rarestFirst = [...frequency].sort(([a, m], [b, n]) => m - n || (a < b ? -1 : 1)).map(([category]) => category);
  for (const category of rarestFirst) {
    for (const { image } of lots) {
      if (!assigned.has(image.key) && image.categories.includes(category)) assign(image, category);
    }
  }
  for (const { image } of lots) if (!assigned.has(image.key)) assign(image, undefined);
  return assigned;
}

function isMore(a: readonly [number, number], b: readonly [number, number]): boolean {
  return a[0] > b[0] || (a[0] === b[0] && a[1] > b[1]);
}
