import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readSafetensors, weightsOf, writeSafetensors } from './safetensors.js';

const golden = new URL('../../../../../shared/golden/decoder-train.safetensors', import.meta.url);

/** A file with this header text and this many bytes of data. */
function fileOf(header: string, dataBytes = 0, headerLength?: bigint): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, headerLength ?? BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

const entry = (shape: string, from: number | string, to: number | string, dtype = 'F32'): string =>
  `{"dtype":"${dtype}","shape":[${shape}],"data_offsets":[${String(from)},${String(to)}]}`;

describe('safetensors', () => {
  it('reads back what it wrote, whatever the names are', () => {
    const weights = new Map([
      ['z', { shape: [2, 2], data: Float32Array.of(1, -0, NaN, 1e-45) }],
      ['a "quoted" \\ name', { shape: [], data: Float32Array.of(3) }],
      ['__proto__', { shape: [1], data: Float32Array.of(4) }],
      ['10', { shape: [0, 5], data: new Float32Array() }],
      ['9', { shape: [1], data: Float32Array.of(5, 6).subarray(1) }],
    ]);
    const file = readSafetensors(writeSafetensors(weights, { epoch: '3', model: 'x' }));
    expect(file.metadata).toEqual({ epoch: '3', model: 'x' });
    expect(weightsOf(file)).toEqual(weights);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('writes the same bytes for the same tensors in any order, with data at a multiple of 8', () => {
    const one = { shape: [1], data: Float32Array.of(1) };
    const two = { shape: [2], data: Float32Array.of(2, 3) };
    const bytes = writeSafetensors(
      new Map([
        ['one', one],
        ['two', two],
      ]),
      { b: '1', a: '2' },
    );
    expect(
      writeSafetensors(
        new Map([
          ['two', two],
          ['one', one],
        ]),
        { a: '2', b: '1' },
      ),
    ).toEqual(bytes);
    expect(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8).toBe(0);
  });

  it('widens F16 and BF16 exactly and keeps integers as they are', () => {
    const file = fileOf(
      `{"h":${entry('2', 0, 4, 'F16')},"b":${entry('1', 4, 6, 'BF16')},"u":${entry('1', 6, 7, 'U8')},"i":${entry('1', 7, 15, 'I64')}}`,
      15,
    );
    file.set([0x00, 0x3c, 0x01, 0x00, 0xc0, 0x3f, 200, 254, 255, 255, 255, 255, 255, 255, 255], file.length - 15);
    const { tensors } = readSafetensors(file);
    expect(tensors.get('h')?.data).toEqual(Float32Array.of(1, 2 ** -24));
    expect(tensors.get('b')?.data).toEqual(Float32Array.of(1.5));
    expect(tensors.get('u')?.data).toEqual(Uint8Array.of(200));
    expect(tensors.get('i')?.data).toEqual(BigInt64Array.of(-2n));
    expect(() => weightsOf({ metadata: {}, tensors })).toThrow('weights are F32, F16 or BF16');
  });

  it.each<[string, Uint8Array, string]>([
    ['is empty', new Uint8Array(), 'less than the 8'],
    ['has a header of 100 MB and a byte', fileOf('{}', 0, 100_000_001n), 'at most 100000000'],
    ['has a header of 2^53 + 1 bytes', fileOf('{}', 0, 2n ** 53n + 1n), 'at most 100000000'],
    ['has a header that ends beyond the file', fileOf('{}', 0, 1000n), 'the file ends before'],
    [
      'has a header that is not UTF-8',
      fileOf('{"\u0000"}', 0).map((byte) => (byte === 0x22 ? 0xff : byte)),
      'not UTF-8',
    ],
    ['has an array for a header', fileOf('[]'), 'no JSON object'],
    ['has a header that is cut off', fileOf('{"a":'), 'not valid JSON'],
    ['names a tensor twice', fileOf(`{"a":${entry('1', 0, 4)},"\\u0061":${entry('1', 0, 4)}}`, 4), '"a" twice'],
    [
      'gives a tensor two dtypes',
      fileOf('{"a":{"dtype":"F32","dtype":"F16","shape":[1],"data_offsets":[0,4]}}', 4),
      '"dtype" twice',
    ],
    ['has tensors that overlap', fileOf(`{"a":${entry('2', 0, 8)},"b":${entry('1', 4, 8)}}`, 8), '"b" overlaps'],
    ['has a hole', fileOf(`{"a":${entry('1', 0, 4)},"b":${entry('1', 8, 12)}}`, 12), 'hole of 4 bytes'],
    ['begins with a hole', fileOf(`{"a":${entry('1', 4, 8)}}`, 8), 'hole of 4 bytes'],
    ['is truncated', fileOf(`{"a":${entry('4', 0, 16)}}`, 12), 'ends beyond the file'],
    ['has bytes left over', fileOf(`{"a":${entry('1', 0, 4)}}`, 5), '1 bytes at its end'],
    ['has a shape that needs more bytes', fileOf(`{"a":${entry('2', 0, 4)}}`, 4), 'needs 8 bytes'],
    ['has a shape whose product overflows', fileOf(`{"a":${entry('4294967296,4294967296', 0, 4)}}`, 4), 'needs 7'],
    ['has an offset of 2^53 + 1', fileOf(`{"a":${entry('1', 0, '9007199254740993')}}`, 4), 'no valid data_offsets'],
    ['has a negative offset', fileOf(`{"a":${entry('1', -4, 0)}}`, 4), 'no valid data_offsets'],
    ['has a negative dimension', fileOf(`{"a":${entry('-1,-1', 0, 4)}}`, 4), 'no valid shape'],
    ['has offsets the wrong way round', fileOf(`{"a":${entry('1', 4, 0)}}`, 4), 'give -4'],
    ['has an unknown dtype', fileOf(`{"a":${entry('1', 0, 4, 'toString')}}`, 4), 'dtype "toString"'],
    ['has a tensor that is no object', fileOf('{"a":null}'), 'dtype undefined'],
    ['has metadata that is no text', fileOf('{"__metadata__":{"a":1}}'), 'no object of strings'],
  ])('refuses a file that %s', (_, file, problem) => {
    expect(() => readSafetensors(file, 'x.safetensors')).toThrow(
      expect.objectContaining({ code: 'models/BAD_SAFETENSORS', message: expect.stringContaining(problem) as string }),
    );
  });

  it('refuses to write a tensor whose shape does not fit its values', () => {
    const wrong = new Map([['a', { shape: [3], data: Float32Array.of(1) }]]);
    expect(() => writeSafetensors(wrong)).toThrow('shape [3]');
  });

  it.skipIf(!existsSync(golden))('reads the reference tensors (needs ../shared)', () => {
    const { tensors } = readSafetensors(readFileSync(golden), 'decoder-train.safetensors');
    expect(tensors.size).toBe(433);
    expect(tensors.get('gt_low_res')).toMatchObject({ dtype: 'U8', shape: [3, 256, 256] });
  });
});
