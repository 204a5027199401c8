/**
 * Float32 to IEEE 754 half precision, rounded to the nearest, ties to even; beyond 65504 (after rounding) infinite. Little-endian
 * bytes, as typed arrays lie in memory on every platform that onnxruntime-node supports.
 */
export function toFloat16Bytes(values: Float32Array): Uint8Array<ArrayBuffer> {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < halves.length; i++) halves[i] = halfBits(bits[i]!);
  return new Uint8Array(halves.buffer);
}

/** The float32 values of half-precision bytes; exact, since every half is a float32. */
export function fromFloat16Bytes(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice();
  const halves = new Uint16Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >>> 1);
  const table = (decodeTable ??= makeDecodeTable());
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = table[halves[i]!]!;
  return new Float32Array(bits.buffer);
}

/** Float32 bits to half bits. Adding "just under half a unit, plus the last kept bit" rounds ties to even; a carry moves into the exponent. */
function halfBits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude >= 0x38800000) {
    if (magnitude < 0x47800000) return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
    return magnitude > 0x7f800000 ? sign | 0x7e00 | ((magnitude >>> 13) & 0x3ff) : sign | 0x7c00;
  }
  if (magnitude <= 0x33000000) return sign; // at most 2^-25, half of the smallest subnormal
  const shift = 126 - (magnitude >>> 23); // 14 to 24: units of 2^-24
  const mantissa = (magnitude & 0x7fffff) | 0x800000;
  return sign | ((mantissa + (1 << (shift - 1)) - 1 + ((mantissa >>> shift) & 1)) >>> shift);
}

let decodeTable: Uint32Array | undefined;

/** Float32 bits of all 65,536 halves. */
function makeDecodeTable(): Uint32Array {
  const table = new Uint32Array(65536);
  for (let half = 0; half < 65536; half++) {
    const sign = (half & 0x8000) << 16;
    const exponent = (half >>> 10) & 0x1f;
    const mantissa = half & 0x3ff;
    if (exponent === 0) {
      // Subnormal: mantissa units of 2^-24. Its leading bit becomes the implicit one.
      const leading = 31 - Math.clz32(mantissa);
      table[half] = mantissa === 0 ? sign : sign | ((leading + 103) << 23) | ((mantissa << (23 - leading)) & 0x7fffff);
    } else {
      table[half] = sign | ((exponent === 31 ? 255 : exponent + 112) << 23) | (mantissa << 13);
    }
  }
  return table;
}
