import type { Feeds } from '../engines/tensor-engine.js';
import { float32Tensor } from '../engines/tensor.js';
import type { GraphBuilder } from '../graph/graph-builder.js';
import type { Value } from '../graph/graph.js';
import { reshape } from '../sam/layers.js';
import { GRID, LOW_RES_PIXELS } from '../sam/shape.js';
import { arrangeRows, TOKEN_PIXELS } from './sample-tokens.js';
import { stack } from './stack.js';
import { randomOfItem, type TrainItem } from './train-item.js';
import type { TokenWindow } from './token-window.js';

/** Outside a prompt's window, every so many tokens in both directions are looked at. */
const STEP = 4;

/** Rows and columns of that lattice. */
const latticeSide = (grid: number): number => grid / STEP;

/** Tokens that a loss looks at: a window's and the lattice's. */
export const windowTokenCount = (side: number, grid = GRID): number => side ** 2 + latticeSide(grid) ** 2;

/**
 * The tokens of a window of each prompt's own, and of the lattice: [prompts, grid * grid, channels] -> [prompts, windowTokenCount, channels], both row
 * by row. Rows and columns are picked by products with matrices of zeros and ones, which are inputs (see `windowFeeds`), so the graph is the
 * same for all places, and the gradient goes back the same way.
 */
export function tokensOfWindow(builder: GraphBuilder, image: Value, side: number): Value {
  const [prompts, tokens, channels] = image.shape as readonly [number, number, number];
  const grid = Math.sqrt(tokens);
  const lattice = latticeSide(grid);
  const rows = builder.input('windowRows', [prompts, side + lattice, grid]);
  const columns = builder.input('windowColumns', [prompts, side, grid]);
  const latticeColumns = builder.input('latticeColumns', [lattice, grid]);
  const strips = builder.emit('MatMul', [rows, reshape(builder, image, [prompts, grid, grid * channels])]);
  const apart = reshape(builder, strips, [prompts, side + lattice, grid, channels]);
  const [near, far] = builder.emitAll('Split', [apart], { axis: 1, sizes: [side, lattice] });
  const pick = (by: Value, of: Value, count: number): Value =>
    reshape(builder, builder.emit('MatMul', [by, of]), [prompts, count ** 2, channels]);
  const window = pick(reshape(builder, columns, [prompts, 1, side, grid]), near!, side);
  return builder.emit('Concat', [window, pick(latticeColumns, far!, lattice)], { axis: 1 });
}

/**
 * Feeds of a loss that looks at the tokens of each prompt's window, each standing for itself, and at those of a lattice, each standing for the
 * STEP² tokens of its cell, or for none within the window. Where the lattice begins is drawn, each place as likely, so that the expectation of a
 * sum is the whole sum. `targets` are [prompts, LOW_RES_PIXELS] in logit order; the windows are those of `prompts`, all of one side. The draw depends on
 * the item's own randomness and the first prompt.
 */
export function windowFeeds(
  item: TrainItem,
  prompts: readonly number[],
  windows: readonly TokenWindow[],
  targets: Float32Array,
): Feeds {
  const random = randomOfItem(item)('loss', item.prompts[prompts[0]!]!.instance);
  const [down, across] = [random.integer(0, STEP - 1), random.integer(0, STEP - 1)];
  const lattice = (start: number): number[] => range(start, latticeSide(GRID), STEP);
  const [{ side }] = windows as readonly [TokenWindow];
  const sides = windows.map(({ left, top }) => ({ columns: range(left, side), rows: range(top, side) }));
  const [farRows, farColumns] = [lattice(down), lattice(across)];
  const far = tokensAt(farRows, farColumns);
  const count = windowTokenCount(side);
  const importance = windows.map((window) =>
    Float32Array.from([
      ...new Array<number>(side ** 2).fill(1),
      ...far.map((token) => (isIn(window, token) ? 0 : STEP ** 2)),
    ]),
  );
  const looked = sides.map(({ rows, columns }, i) =>
    arrangeRows(targets.subarray(i * LOW_RES_PIXELS, (i + 1) * LOW_RES_PIXELS), [...tokensAt(rows, columns), ...far]),
  );
  return {
    windowRows: float32Tensor(
      [prompts.length, side + farRows.length, GRID],
      stack(sides.map(({ rows }) => picking([...rows, ...farRows]))),
    ),
    windowColumns: float32Tensor([prompts.length, side, GRID], stack(sides.map(({ columns }) => picking(columns)))),
    latticeColumns: float32Tensor([farColumns.length, GRID], picking(farColumns)),
    targets: float32Tensor([prompts.length, count, TOKEN_PIXELS], stack(looked)),
    importance: float32Tensor([prompts.length, count, 1], stack(importance)),
  };
}

const range = (start: number, count: number, step = 1): number[] =>
  Array.from({ length: count }, (_, i) => start + i * step);

const tokensAt = (rows: readonly number[], columns: readonly number[]): number[] =>
  rows.flatMap((row) => columns.map((column) => row * GRID + column));

function isIn({ left, top, side }: TokenWindow, token: number): boolean {
  const [x, y] = [(token % GRID) - left, Math.floor(token / GRID) - top];
  return x >= 0 && x < side && y >= 0 && y < side;
}

/** A matrix that picks these of GRID rows, [places, GRID]. */
function picking(places: readonly number[]): Float32Array {
  const matrix = new Float32Array(places.length * GRID);
  places.forEach((place, i) => (matrix[i * GRID + place] = 1));
  return matrix;
}
