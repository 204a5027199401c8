/** A rectangle of pixels within a row-major array. */
export interface Window {
  readonly data: Uint8Array;
  /** Index of its first pixel, and from row to row. */
  readonly offset: number;
  readonly stride: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Turns marks into filled columns, in place: each pixel becomes the parity of the marks at and above it.
 * A mark stands where a column changes between outside and inside, which is how both COCO's polygons and its RLE describe a mask.
 */
export function toggleColumns({ data, offset, stride, width, height }: Window): void {
  for (let y = 1; y < height; y++) {
    const start = offset + y * stride;
    for (let i = start; i < start + width; i++) data[i]! ^= data[i - stride]!;
  }
}
