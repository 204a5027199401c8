/** Arrays one after the other in one. */
export function stack(arrays: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const result = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const array of arrays) {
    result.set(array, offset);
    offset += array.length;
  }
  return result;
}
