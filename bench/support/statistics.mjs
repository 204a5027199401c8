/**
 * @param {readonly number[]} values
 * @returns {number}
 */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Rounded to `digits` significant digits, for tables and RESULT lines.
 * @param {number} value
 * @param {number} digits
 * @returns {number}
 */
export const significant = (value, digits = 3) => Number(value.toPrecision(digits));
