/** How a grid of tokens is cut into square windows; those at its right and lower edges reach beyond it. */
export interface Windows {
  /** Windows in a row, and in a column. */
  readonly across: number;
  /** Side of a window in tokens. */
  readonly side: number;
  /** Side of the grid. */
  readonly grid: number;
}

export function windowsOf(grid: number, side: number): Windows {
  return { across: Math.ceil(grid / side), side, grid };
}

export const isPadded = ({ across, side, grid }: Windows): boolean => across * side > grid;

/**
 * The order of rows for attention in windows: for each window, head and place in the window, `rowOf(token, head)`. Places beyond the grid
 * are of the token that comes after the last, `grid²`.
 */
export function windowRows(
  { across, side, grid }: Windows,
  heads: number,
  rowOf: (token: number, head: number) => number,
): readonly number[] {
  const rows: number[] = [];
  for (let window = 0; window < across * across; window++) {
    const [top, left] = [Math.floor(window / across) * side, (window % across) * side];
    for (let head = 0; head < heads; head++) {
      for (let place = 0; place < side * side; place++) {
        const [y, x] = [top + Math.floor(place / side), left + (place % side)];
        rows.push(rowOf(y < grid && x < grid ? y * grid + x : grid * grid, head));
      }
    }
  }
  return rows;
}

/** The way back: for each token and head, the row that holds it when rows are ordered by window, head and place. */
export function tokenRows({ across, side, grid }: Windows, heads: number): readonly number[] {
  const rows: number[] = [];
  for (let token = 0; token < grid * grid; token++) {
    const [y, x] = [Math.floor(token / grid), token % grid];
    const window = Math.floor(y / side) * across + Math.floor(x / side);
    for (let head = 0; head < heads; head++)
      rows.push((window * heads + head) * side * side + (y % side) * side + (x % side));
  }
  return rows;
}
