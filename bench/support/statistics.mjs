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
 * How far the quartiles are apart, relative to the median: above some 0.2, something else kept the machine busy.
 * @param {readonly number[]} values
 * @returns {number}
 */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (/** @type {number} */ part) => sorted[Math.round(part * (sorted.length - 1))];
  return (at(0.75) - at(0.25)) / median(sorted);
}

/**
 * Rounded to `digits` significant digits, for tables and RESULT lines.
 * @param {number} value
 * @param {number} digits
 * @returns {number}
 */
export const significant = (value, digits = 3) => Number(value.toPrecision(digits));
