/** @typedef {import('./compare.mjs').Comparison} Comparison */

/** @param {unknown} prototype whether it took part */
export const columns = (prototype) => [
  'boxes',
  'forward: ours',
  'PyTorch',
  ...(prototype ? ['prototype'] : []),
  'ratio',
  'step: ours',
  'PyTorch',
  ...(prototype ? ['prototype'] : []),
  'ratio',
  'with Adam: ours',
  'PyTorch',
  'limit (forward, step)',
  'our peak RSS',
];

/** @param {Comparison} result */
export function rowOf({ size, ours, pytorch, prototype, stepRatio, forwardRatio, limit, rss }) {
  const each = (/** @type {number} */ ms) => (ms / size).toFixed(1);
  const ratio = (/** @type {number} */ value) => `${value.toFixed(2)}x`;
  const percent = (/** @type {number} */ part) => `${Math.round(part * 100)} %`;
  return [
    size,
    each(ours.forward),
    each(pytorch.forward),
    ...(prototype ? [each(prototype.forward)] : []),
    ratio(forwardRatio),
    each(ours.step),
    each(pytorch.step),
    ...(prototype ? [each(prototype.step)] : []),
    ratio(stepRatio),
    each(ours.adam),
    each(pytorch.adam),
    `${percent(limit.forward)}, ${percent(limit.step)}`,
    `${Math.round(rss)} MB`,
  ];
}

export const originalColumns = ['image', 'step: ours', 'PyTorch', 'ratio', 'our peak RSS'];

/**
 * @param {string} image WIDTHxHEIGHT
 * @param {Comparison} result
 */
export function originalRowOf(image, { size, ours, pytorch, stepRatio, rss }) {
  return [
    image,
    (ours.step / size).toFixed(1),
    (pytorch.step / size).toFixed(1),
    `${stepRatio.toFixed(2)}x`,
    `${Math.round(rss)} MB`,
  ];
}
