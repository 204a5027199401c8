import { zipOf, type ZipPart } from '../zip/zip.test.support.js';

/** Bytes of a pickle: text stands for itself (Latin-1), numbers are bytes. */
export function pickleOf(...parts: readonly (string | number | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  const bytes = parts.map((part) =>
    typeof part === 'string' ? Buffer.from(part, 'latin1') : typeof part === 'number' ? Buffer.of(part) : part,
  );
  return new Uint8Array(Buffer.concat(bytes));
}

export const protocol2 = '\x80\x02';

/** BINUNICODE */
export function text(value: string): Uint8Array {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from('X'), uint32(bytes.length), bytes]);
}

/** An integer up to 2^255: LONG1. */
export function integer(value: number | bigint): Uint8Array {
  const bytes = Buffer.from(BigInt(value).toString(16).padStart(64, '0'), 'hex').reverse();
  return Buffer.concat([Buffer.of(0x8a, 32), bytes]);
}

export function uint32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

export function uint64(value: bigint): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}

export interface StoredTensor {
  readonly storage: string;
  /** For instance `FloatStorage`. */
  readonly type: string;
  readonly length: number;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** A tensor as `torch.save` describes it; `view` is what the legacy layout adds to a storage's id. */
export function tensor({ storage, type, length, offset, shape, strides }: StoredTensor, view = ''): Uint8Array {
  const sizes = (values: readonly number[]): Uint8Array => pickleOf('(', ...values.map(integer), 't');
  return pickleOf(
    'ctorch._utils\n_rebuild_tensor_v2\n((',
    ...[text('storage'), `ctorch\n${type}\n`, text(storage), text('cpu'), integer(length), view, 'tQ'],
    ...[integer(offset), sizes(shape), sizes(strides), '\x89ccollections\nOrderedDict\n)RtR'],
  );
}

/** A dict, without what surrounds it. */
export const dict = (entries: readonly (readonly [string, Uint8Array])[]): Uint8Array =>
  pickleOf('}(', ...entries.flatMap(([key, value]) => [text(key), value]), 'u');

/** A checkpoint in the zip layout around a pickle. */
export const checkpointOf = (pickle: Uint8Array, parts: readonly ZipPart[] = []): Uint8Array<ArrayBuffer> =>
  zipOf([{ name: 'x/data.pkl', content: pickle }, ...parts]);
