/**
 * Gradient of a scalar function by central differences, error O(step²). `values` is changed while it runs, and restored.
 */
export function finiteDifferences(f: () => number, values: Float64Array, step = 1e-5): Float64Array {
  return values.map((value, i) => {
    values[i] = value + step;
    const above = f();
    values[i] = value - step;
    const below = f();
    values[i] = value;
    return (above - below) / (2 * step);
  });
}
