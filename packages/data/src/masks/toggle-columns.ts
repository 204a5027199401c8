/**
 * Turns marks into filled columns, in place: each pixel becomes the parity of the marks at and above it.
 * A mark stands where a column changes between outside and inside, which is how both COCO's polygons and its RLE describe a mask.
 */
export function toggleColumns(data: Uint8Array, width: number, height: number): void {
  for (let i = width; i < width * height; i++) data[i]! ^= data[i - width]!;
}
