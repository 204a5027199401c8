import type { WeightTensor } from '../../weights/weights.js';
import { placesOf, type Place, type WindowGroup, type WindowKind } from './window-kinds.js';

/**
 * What is added to the score of a query and a key, by head and by how far they are apart: [groups, heads, 1, places, keys]; groups that
 * look alike are one. `table` is [heads, side²], by rows and columns.
 *
 * A window that the grid's edge cuts has one key more. It stands for all places beyond: their tokens are zeros, so that their keys and
 * values, which have no biases here, are zeros, too. Such a key's score is its bias alone, and together they count as one whose bias is
 * the logarithm of the sum of their powers.
 */
export function distanceBiases({ groups, places, isCut }: WindowKind, table: WeightTensor): WeightTensor {
  const [heads, distances] = table.shape as [number, number];
  const side = Math.sqrt(distances);
  const distinct = isCut ? groups : groups.slice(0, 1);
  const keys = places + Number(isCut);
  const data = new Float32Array(distinct.length * heads * places * keys);
  let at = 0;
  for (const group of distinct) {
    const [within, beyond] = [placesOf(group), placesBeyond(group, side)];
    const [near, far] = [within, beyond].map((others) => within.map((query) => distancesTo(query, others, side)));
    for (let head = 0; head < heads; head++) {
      const biases = table.data.subarray(head * distances, (head + 1) * distances);
      for (let query = 0; query < places; query++) {
        for (const distance of near![query]!) data[at++] = biases[distance]!;
        if (isCut) data[at++] = logOfSum(far![query]!.map((distance) => biases[distance]!));
      }
    }
  }
  return { shape: [distinct.length, heads, 1, places, keys], data };
}

/** Where a head's biases for these distances lie. */
const distancesTo = ({ y, x }: Place, others: readonly Place[], side: number): readonly number[] =>
  others.map((other) => Math.abs(y - other.y) * side + Math.abs(x - other.x));

/** Places of the whole window that are not on the grid. */
const placesBeyond = ({ height, width }: WindowGroup, side: number): readonly Place[] =>
  placesOf({ height: side, width: side, corners: [] }).filter(({ y, x }) => y >= height || x >= width);

/** log Σ exp(value), which does not overflow. */
function logOfSum(values: readonly number[]): number {
  const most = Math.max(...values);
  return most + Math.log(values.reduce((sum, value) => sum + Math.exp(value - most), 0));
}
