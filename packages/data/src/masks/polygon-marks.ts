/** Sub-pixel steps along each axis that the COCO mask API takes. */
const SCALE = 5;

/** Called where the boundary crosses the centre of a pixel column: pixels of `column` from `row` down change side. */
export type Crossing = (column: number, row: number) => void;

/**
 * Walks a closed ring as `rleFrPoly` of the COCO mask API does (pycocotools, maskApi.c): vertices are rounded to a grid five times finer,
 * edges are walked one grid step at a time, and a crossing is reported where the walk passes a column's middle. The arithmetic is the same,
 * operation by operation, so the pixels are; only the steps between crossings are skipped, so the cost doesn't grow with far-away vertices.
 * Only crossings of the columns in [from, to) are reported, which must lie in the image. Rows are in [0, height]; a row equal to `height` means no change within the column.
 */
export function polygonMarks(
  ring: readonly number[],
  width: number,
  height: number,
  onCrossing: Crossing,
  columns: readonly [from: number, to: number] = [0, width],
): void {
  const [from, to] = columns;
  const count = ring.length >> 1;
  const report = (column: number, gridRow: number): void => {
    const row = (gridRow + 0.5) / SCALE - 0.5;
    onCrossing(column, Math.ceil(Math.min(Math.max(row, 0), height)));
  };
  let nextX = onGrid(ring[0]!);
  let nextY = onGrid(ring[1]!);
  for (let i = 0; i < count; i++) {
    const at = i + 1 < count ? 2 * i + 2 : 0;
    let [xs, ys, xe, ye] = [nextX, nextY, onGrid(ring[at]!), onGrid(ring[at + 1]!)];
    [nextX, nextY] = [xe, ye];
    // Column c changes between grid columns 5c+2 and 5c+3.
    const first = Math.max(from, Math.ceil((Math.min(xs, xe) - 2) / SCALE));
    const last = Math.min(to - 1, Math.floor((Math.max(xs, xe) - 3) / SCALE));
    if (first > last) continue;
    const dx = Math.abs(xe - xs);
    const dy = Math.abs(ye - ys);
    if (dx >= dy ? xs > xe : ys > ye) [xs, ys, xe, ye] = [xe, ye, xs, ys];
    if (dx >= dy) {
      const slope = (ye - ys) / dx;
      const rowAt = (x: number): number => Math.trunc(ys + slope * (x - xs) + 0.5);
      for (let c = first; c <= last; c++) report(c, Math.min(rowAt(SCALE * c + 2), rowAt(SCALE * c + 3)));
    } else {
      const slope = (xe - xs) / dy;
      for (let c = first; c <= last; c++) report(c, ys + stepOfCrossing(xs, slope, dy, SCALE * c + 3) - 1);
    }
  }
}

/** A coordinate on the finer grid. */
function onGrid(coordinate: number): number {
  return Math.trunc(SCALE * coordinate + 0.5);
}

/** First step t of a steep edge at which its grid column, `trunc(xs + slope * t + 0.5)`, is on the far side of the border before `column`. */
function stepOfCrossing(xs: number, slope: number, steps: number, column: number): number {
  const passed =
    slope > 0
      ? (t: number) => Math.trunc(xs + slope * t + 0.5) >= column
      : (t: number) => Math.trunc(xs + slope * t + 0.5) < column;
  let t = Math.min(steps, Math.max(0, Math.round((column - 0.5 - xs) / slope)));
  while (t < steps && !passed(t)) t++;
  while (t > 0 && passed(t - 1)) t--;
  return t;
}
