/** Windows of one shape: what attention takes at once. */
export interface WindowKind {
  /** Windows of a group are computed together; groups may differ in what their windows look like, not in how many places these have. */
  readonly groups: readonly WindowGroup[];
  /** Places of a window that lie on the grid. */
  readonly places: number;
  /** Whether windows reach beyond the grid. */
  readonly isCut: boolean;
}

/** Windows that are cut in the same way, if at all. */
export interface WindowGroup {
  /** Rows and columns of a window that lie on the grid. */
  readonly height: number;
  readonly width: number;
  /** The first place of each window. */
  readonly corners: readonly Place[];
}

export interface Place {
  readonly y: number;
  readonly x: number;
}

/**
 * A grid cut into square windows from its upper left corner: whole windows, a group for each row of them; those that the right edge cuts
 * and, as a second group, those that the lower edge cuts; and the one in the corner that both cut.
 */
export function windowKinds(grid: number, side: number): readonly WindowKind[] {
  const whole = Math.floor(grid / side);
  const rest = grid % side;
  const [inside, edge] = [Array.from({ length: whole }, (_, i) => i * side), whole * side];
  const kind = (isCut: boolean, groups: readonly WindowGroup[]): WindowKind => ({
    groups,
    places: groups[0]!.height * groups[0]!.width,
    isCut,
  });
  const row = (y: number): WindowGroup => ({ height: side, width: side, corners: inside.map((x) => ({ y, x })) });
  const right: WindowGroup = { height: side, width: rest, corners: inside.map((y) => ({ y, x: edge })) };
  const lower: WindowGroup = { height: rest, width: side, corners: inside.map((x) => ({ y: edge, x })) };
  const corner: WindowGroup = { height: rest, width: rest, corners: [{ y: edge, x: edge }] };
  return [
    ...(whole > 0 ? [kind(false, inside.map(row))] : []),
    ...(whole > 0 && rest > 0 ? [kind(true, [right, lower])] : []),
    ...(rest > 0 ? [kind(true, [corner])] : []),
  ];
}

/** The places of a window, row by row. */
export const placesOf = ({ height, width }: WindowGroup, { y, x }: Place = { y: 0, x: 0 }): readonly Place[] =>
  Array.from({ length: height * width }, (_, i) => ({ y: y + Math.floor(i / width), x: x + (i % width) }));

/** The tokens of a kind's windows, by group, window and place. */
export const tokensOf = ({ groups }: WindowKind, grid: number): readonly number[] =>
  groups.flatMap((group) => group.corners.flatMap((corner) => placesOf(group, corner).map(({ y, x }) => y * grid + x)));

/** The way back: for each token and head, its row among those of all kinds, which lie by kind, group, head, window and place. */
export function tokenRows(kinds: readonly WindowKind[], grid: number, heads: number): readonly number[] {
  const rows = new Array<number>(grid * grid * heads);
  let row = 0;
  for (const { groups } of kinds)
    for (const group of groups)
      for (let head = 0; head < heads; head++)
        for (const corner of group.corners)
          for (const { y, x } of placesOf(group, corner)) rows[(y * grid + x) * heads + head] = row++;
  return rows;
}
