/** The bytes ended inside a pickle; with more of them it may go on. */
export class PickleEnded extends Error {}

/** Reads a pickle's arguments; never beyond its bytes. */
export interface ByteCursor {
  readonly offset: () => number;
  readonly take: (length: number) => Uint8Array;
  readonly unsigned: (bytes: 1 | 2 | 4) => number;
  readonly int32: () => number;
  /** Eight bytes; beyond 2^53 some number as large. */
  readonly length64: () => number;
  readonly float64: () => number;
  /** Up to a line feed, which is taken and not returned. */
  readonly line: (longest: number) => Uint8Array | undefined;
}

export function byteCursor(bytes: Uint8Array, start: number): ByteCursor {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let position = start;
  const advance = (length: number): number => {
    if (length > bytes.length - position) throw new PickleEnded();
    const from = position;
    position += length;
    return from;
  };
  return {
    offset: () => position,
    take: (length) => {
      const from = advance(length);
      return bytes.subarray(from, from + length);
    },
    unsigned: (size) => {
      const from = advance(size);
      if (size === 1) return view.getUint8(from);
      return size === 2 ? view.getUint16(from, true) : view.getUint32(from, true);
    },
    int32: () => view.getInt32(advance(4), true),
    length64: () => Number(view.getBigUint64(advance(8), true)),
    float64: () => view.getFloat64(advance(8), false),
    line: (longest) => {
      const end = bytes.subarray(position, position + longest + 1).indexOf(0x0a);
      if (end === -1 && bytes.length - position > longest) return undefined;
      if (end === -1) throw new PickleEnded();
      const text = bytes.subarray(position, position + end);
      position += end + 1;
      return text;
    },
  };
}
