import type { WeightTensor } from '../../weights/weights.js';
import type { Frozen } from '../encoders/frozen.js';

/** A linear layer whose outputs a projection without a bias takes: the two are one layer. `projection`: [outputs, of the layer] */
export function projected(layer: Frozen, projection: WeightTensor): Frozen {
  const joined = new Map<string, WeightTensor>();
  const weight = (name: string): WeightTensor => {
    const known = joined.get(name) ?? product(projection, layer.weight(name));
    joined.set(name, known);
    return known;
  };
  return { ...layer, weight };
}

/** A · B for B [inner, columns], or for a bias [inner]. */
function product({ shape, data: a }: WeightTensor, { shape: [inner, ...rest], data: b }: WeightTensor): WeightTensor {
  const [rows, columns] = [shape[0]!, rest[0] ?? 1];
  const data = new Float32Array(rows * columns);
  const sums = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    sums.fill(0);
    for (let i = 0; i < inner!; i++) {
      const factor = a[row * inner! + i]!;
      for (let column = 0; column < columns; column++) sums[column]! += factor * b[i * columns + column]!;
    }
    data.set(sums, row * columns);
  }
  return { shape: [rows, ...rest], data };
}
