/** A linear map whose rows have few neighbouring taps: `out[row] = sum over k of weights[row * taps + k] * in[starts[row] + k]`. */
export interface BandedMatrix {
  readonly rows: number;
  readonly columns: number;
  /** Taps a row; rows with fewer are filled with zero weights. */
  readonly taps: number;
  /** First column of each row; `starts[row] + taps <= columns`. */
  readonly starts: Int32Array;
  readonly weights: Float64Array;
}

/**
 * Bilinear interpolation along one axis from `source` to `target` samples, with half-pixel centres (PyTorch's `align_corners=False`,
 * no antialiasing): sample i reads at `(i + 0.5) * source / target - 0.5`, clamped at the borders.
 */
function bilinearRows(source: number, target: number): BandedMatrix {
  const rows = Array.from({ length: target }, (_, i) => {
    const position = Math.max(0, ((i + 0.5) * source) / target - 0.5);
    const left = Math.min(Math.floor(position), source - 1);
    const right = Math.min(left + 1, source - 1);
    const fraction = position - left;
    return new Map(
      left === right
        ? [[left, 1]]
        : [
            [left, 1 - fraction],
            [right, fraction],
          ],
    );
  });
  return bandedMatrix(rows, source);
}

/**
 * SAM's way from mask logits to an image along one axis, as one matrix: `side` logits are interpolated to the frame's `size`, cut to
 * the `covered` part that holds the image, and interpolated to the image's `target` pixels. Row by row [target, side].
 */
export function postprocessRows(side: number, size: number, covered: number, target: number): BandedMatrix {
  const toFrame = bilinearRows(side, size);
  const toImage = bilinearRows(covered, target);
  const rows = Array.from({ length: target }, (_, row) => {
    const sums = new Map<number, number>();
    for (let i = 0; i < toImage.taps; i++) {
      const outer = toImage.weights[row * toImage.taps + i]!;
      const frameRow = toImage.starts[row]! + i;
      if (outer === 0) continue;
      for (let k = 0; k < toFrame.taps; k++) {
        const inner = toFrame.weights[frameRow * toFrame.taps + k]!;
        const column = toFrame.starts[frameRow]! + k;
        if (inner !== 0) sums.set(column, (sums.get(column) ?? 0) + outer * inner);
      }
    }
    return sums;
  });
  return bandedMatrix(rows, side);
}

/** The whole matrix, row-major float32 `[rows, columns]`. */
export function denseMatrix({ rows, columns, taps, starts, weights }: BandedMatrix): Float32Array<ArrayBuffer> {
  const dense = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < taps; k++) dense[row * columns + starts[row]! + k]! += weights[row * taps + k]!;
  }
  return dense;
}

/** Packs rows of `column -> weight`; a row's columns must lie close together. */
function bandedMatrix(rows: readonly ReadonlyMap<number, number>[], columns: number): BandedMatrix {
  const firsts = rows.map((row) => Math.min(...row.keys()));
  const taps = Math.max(...rows.map((row, i) => Math.max(...row.keys()) - firsts[i]! + 1));
  const starts = Int32Array.from(firsts, (first) => Math.min(first, columns - taps));
  const weights = new Float64Array(rows.length * taps);
  rows.forEach((row, i) => {
    for (const [column, weight] of row) weights[i * taps + column - starts[i]!] = weight;
  });
  return { rows: rows.length, columns, taps, starts, weights };
}
