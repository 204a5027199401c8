import type { RandomAccess } from '../random-access.js';

/** A field of a protobuf message: its value, or where its bytes lie in the file. */
export interface ProtoField {
  readonly number: number;
  /** 0: `value` is a varint; 1, 5: eight and four bytes; 2: bytes of a text, a message or a packed list. */
  readonly wire: 0 | 1 | 2 | 5;
  readonly value: bigint;
  readonly begin: number;
  readonly end: number;
}

export class MalformedProto extends Error {}

/** Steps through the fields of the message in `[begin, end)` of a file, without reading what is in them. Throws `MalformedProto`. */
export async function* protoFields(read: ByteReader, begin: number, end: number): AsyncGenerator<ProtoField> {
  for (let position = begin; position < end;) {
    const tag = await varint(read, position, end);
    const [number, wire] = [Number(tag.value >> 3n), Number(tag.value & 7n)];
    if (number === 0) throw new MalformedProto(`there is no field 0 (byte ${String(position)})`);
    let [value, from, to] = [0n, tag.end, tag.end];
    if (wire === 0) ({ value, end: to } = await varint(read, from, end));
    else if (wire === 1) to += 8;
    else if (wire === 5) to += 4;
    else if (wire === 2) {
      const length = await varint(read, from, end);
      from = length.end;
      to = length.value > BigInt(end) ? Infinity : from + Number(length.value);
    } else throw new MalformedProto(`there is no wire type ${String(wire)} (byte ${String(position)})`);
    if (to > end) throw new MalformedProto(`a field at byte ${String(position)} ends beyond what it is part of`);
    yield { number, wire, value, begin: from, end: to };
    position = to;
  }
}

export type ByteReader = (position: number) => number | Promise<number>;

/** Bytes of a file one by one, through a small window. */
export function byteReader(file: RandomAccess): ByteReader {
  let window = new Uint8Array();
  let start = 0;
  return (position) => {
    const byte = window[position - start];
    if (byte !== undefined) return byte;
    return file.read(position, Math.min(WINDOW, file.size - position)).then((bytes) => {
      [window, start] = [bytes, position];
      return bytes[0]!;
    });
  };
}

const WINDOW = 512;

async function varint(read: ByteReader, begin: number, end: number): Promise<{ value: bigint; end: number }> {
  let value = 0n;
  for (let i = 0; i < 10; i++) {
    if (begin + i >= end) throw new MalformedProto(`a number at byte ${String(begin)} is cut off`);
    const byte = await read(begin + i);
    value |= BigInt(byte & 0x7f) << BigInt(7 * i);
    if (byte < 0x80) return { value: BigInt.asUintN(64, value), end: begin + i + 1 };
  }
  throw new MalformedProto(`a number at byte ${String(begin)} has more than ten bytes`);
}
