/**
 * Worst difference between two sets of gradients: over all parameters, max |ours - theirs| / max |theirs|. The K biases of attention are
 * left out (a shift of all scores changes no softmax: their true gradient is zero), and so is what gets no gradient at all.
 * @typedef {ReadonlyMap<string, { readonly shape: readonly number[], readonly data: ArrayLike<number> }>} Tensors
 * @param {Tensors} ours
 * @param {Tensors} theirs
 * @returns {{ error: number, parameter: string, compared: number }}
 */
export function gradientError(ours, theirs) {
  let worst = { error: 0, parameter: '', compared: 0 };
  for (const [parameter, { data: wanted }] of theirs) {
    const scale = largest(wanted.length, (i) => wanted[i]);
    if (parameter.endsWith('k_proj.bias') || scale === 0) continue;
    const data = ours.get(parameter)?.data;
    if (data?.length !== wanted.length) throw new Error(`our gradients lack ${parameter}`);
    const error = largest(wanted.length, (i) => data[i] - wanted[i]) / scale;
    const compared = worst.compared + 1;
    worst = error > worst.error || Number.isNaN(error) ? { error, parameter, compared } : { ...worst, compared };
    if (Number.isNaN(error)) return worst;
  }
  return worst;
}

/**
 * @param {number} count
 * @param {(i: number) => number} value
 * @returns {number} the largest magnitude, NaN if a value is NaN
 */
function largest(count, value) {
  let most = 0;
  for (let i = 0; i < count; i++) {
    const magnitude = Math.abs(value(i));
    if (!(magnitude <= most)) most = magnitude;
  }
  return most;
}
