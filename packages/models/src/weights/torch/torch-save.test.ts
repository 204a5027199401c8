import fc from 'fast-check';
import { SluiceError } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import {
  checkpointOf,
  dict,
  integer,
  pickleOf,
  protocol2,
  tensor,
  text,
  uint64,
  type StoredTensor,
} from '../pickle/pickle.test.support.js';
import { refusalOf, withFile } from '../with-file.test.support.js';
import { legacyLayout, moduleLayout, protocol4, zipLayout } from './torch-save.test.support.js';

const six = [-2, -1, 0, 1, 2, 3];
const base = Array.from({ length: 24 }, (_, i) => Math.fround(i / 7));
const at = (...indices: number[]): number[] => indices.map((i) => base[i]!);

const expected: readonly [string, string, readonly number[], readonly (number | bigint)[]][] = [
  ['f64', 'F64', [6], six],
  ['f32', 'F32', [6], six],
  ['f16', 'F16', [6], six],
  ['bf16', 'BF16', [6], six],
  ['i64', 'I64', [6], six.map(BigInt)],
  ['i32', 'I32', [6], six],
  ['i16', 'I16', [6], six],
  ['i8', 'I8', [6], six],
  ['u8', 'U8', [6], [254, 255, 0, 1, 2, 3]],
  ['bool', 'BOOL', [3], [1, 0, 1]],
  ['base', 'F32', [2, 3, 4], base],
  ['transposed', 'F32', [4, 2, 3], [0, 1, 2, 3].flatMap((c) => at(c, c + 4, c + 8, c + 12, c + 16, c + 20))],
  ['sliced', 'F32', [2, 2, 2], at(4, 6, 8, 10, 16, 18, 20, 22)],
  ['scalar', 'F32', [], [3.5]],
  ['empty', 'F32', [0, 4], []],
  ['expanded', 'F32', [2, 3], [1, 1, 1, 2, 2, 2]],
  ['parameter', 'F32', [2], [1, 1]],
  ['__proto__', 'F32', [1], [1]],
  ['größe.重み', 'F32', [1], [0]],
];

describe('a file that PyTorch wrote', () => {
  it.each([
    ['in the zip layout, under state_dict and module.', zipLayout, 'torch', 2],
    ['in the legacy layout', legacyLayout, 'torch-legacy', 0],
    ['by protocol 4', protocol4, 'torch', 0],
  ] as const)('%s gives every tensor, whatever its type and strides are', async (_, bytes, format, notes) => {
    await withFile(bytes, async (file) => {
      expect(file.format).toBe(format);
      expect(file.notes).toHaveLength(notes);
      expect([...file.tensors.keys()]).toEqual(expected.map(([name]) => name));
      for (const [name, dtype, shape, values] of expected) {
        const { data, ...info } = await file.read(name);
        expect([name, info, Array.from<number | bigint>(data)]).toEqual([name, { dtype, shape }, values]);
        expect(file.tensors.get(name)).toEqual(info);
      }
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
      await expect(file.read('toString')).rejects.toMatchObject({ code: 'models/MISSING_TENSOR' });
    });
  });

  it('says under which key the tensors lie, and which prefix was left away', async () => {
    await withFile(zipLayout, ({ notes }) => {
      expect(notes).toEqual([
        'the tensors lie under "state_dict"',
        'the prefix "module." of all 19 names was left away',
      ]);
    });
  });

  it('of a module has the names of its parameters and buffers', async () => {
    await withFile(moduleLayout, async (file) => {
      expect([...file.tensors.keys()].slice(0, 3)).toEqual(['0.weight', '0.bias', '1.weight']);
      expect((await file.read('1.num_batches_tracked')).data).toEqual(BigInt64Array.of(0n));
    });
  });

  it.each([
    ['zip', zipLayout],
    ['legacy', legacyLayout],
  ])('cut off anywhere in the %s layout is refused by an error with a code', async (_, bytes) => {
    for (let length = 0; length < bytes.length; length += 41) {
      const error = await refusalOf(bytes.slice(0, length));
      expect([length, error?.code]).toEqual([length, expect.stringMatching(/^models\/BAD_(CHECKPOINT|SAFETENSORS)$/)]);
    }
  });

  it.each([
    ['zip', zipLayout],
    ['legacy', legacyLayout],
    ['protocol 4', protocol4],
  ])('with any bytes changed (%s) is read or refused, never more', async (_, bytes) => {
    const changes = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(changes, async (changed) => {
        const altered = bytes.slice();
        for (const [offset, byte] of changed) altered[offset] = byte;
        await refusalOf(altered); // throws whatever is no error of ours
      }),
      { numRuns: 150, seed: 1 },
    );
  });
});

const storages = [
  ['DoubleStorage', 8, (view: DataView, i: number) => view.getFloat64(i * 8, true)],
  ['FloatStorage', 4, (view: DataView, i: number) => view.getFloat32(i * 4, true)],
  ['IntStorage', 4, (view: DataView, i: number) => view.getInt32(i * 4, true)],
  ['ShortStorage', 2, (view: DataView, i: number) => view.getInt16(i * 2, true)],
  ['CharStorage', 1, (view: DataView, i: number) => view.getInt8(i)],
  ['LongStorage', 8, (view: DataView, i: number) => view.getBigInt64(i * 8, true)],
] as const;

/** A view of a storage of 60 elements that stays within it. */
const view = fc
  .tuple(
    fc.constantFrom(0, 1, 2, 3, 4, 5),
    fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 5 })), { maxLength: 3 }),
    fc.nat(8),
  )
  .map(([type, axes, offset]) => {
    const [shape, strides] = [axes.map(([size]) => size), axes.map(([, stride]) => stride)];
    return { type, tensor: { storage: String(type), type: storages[type][0], length: 60, offset, shape, strides } };
  });

/** What the view holds by its definition: element [i, j, k] is at offset + i·s0 + j·s1 + k·s2. */
function elements({ shape, strides, offset }: StoredTensor, axis = 0, from = offset): number[] {
  if (axis === shape.length) return [from];
  return Array.from({ length: shape[axis]! }, (_, i) =>
    elements({ shape, strides, offset } as StoredTensor, axis + 1, from + i * strides[axis]!),
  ).flat();
}

describe('any views of shared storages', () => {
  const content = (bytes: number): Uint8Array => Uint8Array.from({ length: 60 * bytes }, (_, i) => (i * 89 + 7) % 251);
  const wanted = (item: { type: number; tensor: StoredTensor }): (number | bigint)[] => {
    const [, bytes, read] = storages[item.type]!;
    const raw = content(bytes);
    return elements(item.tensor).map((i) => read(new DataView(raw.buffer), i));
  };

  it.each(['zip', 'big-endian zip', 'legacy'])('are read as their offsets and strides say (%s)', async (layout) => {
    await fc.assert(
      fc.asyncProperty(fc.array(view, { minLength: 1, maxLength: 6 }), async (items) => {
        const tensors = items.map((item, i) => [`t${String(i)}`, item] as const);
        const used = [...new Set(items.map(({ type }) => type))];
        const named = tensors.map(
          ([name, item]) => [name, tensor(item.tensor, layout === 'legacy' ? 'N' : '')] as const,
        );
        const pickle = pickleOf(protocol2, dict(named), '.');
        const parts = used.map((type) => {
          const raw = content(storages[type][1]);
          return { name: `x/data/${String(type)}`, content: layout === 'zip' ? raw : swapped(raw, storages[type][1]) };
        });
        const order = { name: 'x/byteorder', content: pickleOf(layout === 'zip' ? 'little' : 'big') };
        const bytes =
          layout === 'legacy'
            ? legacyOf(
                pickle,
                used.map((type) => [String(type), content(storages[type][1])]),
              )
            : checkpointOf(pickle, [order, ...parts]);
        await withFile(bytes, async (file) => {
          for (const [name, item] of tensors) {
            const { shape, data } = await file.read(name);
            expect(shape).toEqual(item.tensor.shape);
            expect(Array.from<number | bigint>(data)).toEqual(wanted(item));
          }
        });
      }),
      { numRuns: 60, seed: 2 },
    );
  });
});

function swapped(bytes: Uint8Array, size: number): Uint8Array {
  return bytes.map((_, i) => bytes[i - (i % size) + size - 1 - (i % size)]!);
}

function legacyOf(
  pickle: Uint8Array,
  stored: readonly (readonly [string, Uint8Array, bigint?])[],
  system = '\x88',
): Uint8Array<ArrayBuffer> {
  const keys = pickleOf(protocol2, '](', ...stored.map(([key]) => text(key)), 'e.');
  return pickleOf(
    ...[protocol2, integer(0x1950a86a20f9469cfc6cn), '.', protocol2, integer(1001), '.'],
    ...[protocol2, '}', text('little_endian'), system, 's.', pickle, keys],
    ...stored.flatMap(([, content, length = 60n]) => [uint64(length), content]),
  );
}

describe('a lie about a tensor is refused', () => {
  const usual: StoredTensor = { storage: '0', type: 'FloatStorage', length: 4, offset: 0, shape: [4], strides: [1] };
  const sixteen = new Uint8Array(16);
  const part = { name: 'x/data/0', content: sixteen };
  const pickleWith = (changed: Partial<StoredTensor>, view = ''): Uint8Array =>
    pickleOf(protocol2, dict([['a', tensor({ ...usual, ...changed }, view)]]), '.');

  it.each<[string, Partial<StoredTensor>, string]>([
    ['reaches beyond its storage', { shape: [5] }, 'reaches element 4'],
    ['begins beyond its storage', { offset: 4, shape: [], strides: [] }, 'reaches element 4'],
    ['strides beyond its storage', { shape: [2], strides: [4] }, 'reaches element 4'],
    ['has 10^9 x 10^9 elements of one', { shape: [1e9, 1e9], strides: [0, 0] }, 'repeats the 4 values'],
    ['has a shape that overflows', { shape: [2 ** 52, 2 ** 52], strides: [1, 1] }, 'reaches element'],
    ['has a storage longer than its part', { length: 5 }, '16 bytes, where 5 values of F32 need 20'],
    ['has a storage shorter than its part', { length: 3, shape: [3] }, 'need 12'],
    ['has a storage of 2^53 - 1 elements', { length: 2 ** 53 - 1 }, '16 bytes'],
    ['has a storage that is not there', { storage: '7' }, '"x/data/7" is missing'],
    ['has a storage outside of the folder', { storage: '../data.pkl' }, 'is missing'],
    ['has more strides than sizes', { strides: [1, 1] }, 'number of sizes'],
    ['has 65 axes', { shape: Array<number>(65).fill(1), strides: Array<number>(65).fill(1) }, '65 axes'],
    ['has a class that is none', { type: 'EvilStorage' }, '"torch.EvilStorage"'],
  ])('that %s', async (_, changed, problem) => {
    const error = await refusalOf(checkpointOf(pickleWith(changed), [part]));
    expect(error?.message).toContain(problem);
    expect(error?.code).toMatch(/^models\/(BAD_CHECKPOINT|UNSAFE_PICKLE)$/);
  });

  it.each<[string, Uint8Array, string]>([
    ['the length of a storage', legacyOf(pickleWith({}, 'N'), [['0', sixteen, 5n]]), 'has 5 values, where 4'],
    ['a negative length', legacyOf(pickleWith({}, 'N'), [['0', sixteen, 2n ** 64n - 1n]]), 'has -1 values'],
    ['bytes at the end', legacyOf(pickleWith({}, 'N'), [['0', new Uint8Array(17), 4n]]), '1 bytes at its end'],
    ['a storage that is cut off', legacyOf(pickleWith({}, 'N'), [['0', new Uint8Array(15), 4n]]), 'beyond the file'],
    ['a storage that is not listed', legacyOf(pickleWith({}, 'N'), []), '"0" is missing'],
    ['a storage that no tensor has', legacyOf(pickleWith({}, 'N'), [['1', sixteen, 4n]]), 'which no tensor has'],
    [
      'a storage listed twice',
      legacyOf(pickleWith({}, 'N'), [
        ['0', sixteen, 4n],
        ['0', sixteen, 4n],
      ]),
      'names it twice',
    ],
    ['a big-endian machine', legacyOf(pickleWith({}, 'N'), [['0', sixteen, 4n]], '\x89'), 'big-endian'],
    ['a storage that is a view', legacyOf(pickleWith({}, ')'), [['0', sixteen, 4n]]), 'a view of another'],
    ['another magic number', pickleOf(protocol2, integer(5), '.'), 'magic number'],
  ])('in the legacy layout: %s', async (_, bytes, problem) => {
    const error = await refusalOf(bytes);
    expect(error).toBeInstanceOf(SluiceError);
    expect(error).toMatchObject({ code: 'models/BAD_CHECKPOINT', message: expect.stringContaining(problem) as string });
  });
});

it('A prefix of names is left away as long as all names share it', async () => {
  const one = tensor({ storage: '0', type: 'ByteStorage', length: 1, offset: 0, shape: [1], strides: [1] });
  const pickle = pickleOf(
    protocol2,
    dict([
      ['module.model.a', one],
      ['module.model.model.b', one],
    ]),
    '.',
  );
  await withFile(checkpointOf(pickle, [{ name: 'x/data/0', content: new Uint8Array(1) }]), ({ tensors, notes }) => {
    expect([...tensors.keys()]).toEqual(['a', 'model.b']);
    expect(notes).toEqual([
      'the prefix "module." of all 2 names was left away',
      'the prefix "model." of all 2 names was left away',
    ]);
  });
});
