import { describe, expect, it } from 'vitest';
import { dict, pickleOf, protocol2, tensor } from '../pickle/pickle.test.support.js';
import { refusalOf, withFile } from '../with-file.test.support.js';
import { zipOf, type ZipPart } from './zip.test.support.js';

const values = Float32Array.from({ length: 40_000 }, (_, i) => i);
const view = (offset: number, count: number, storage = '0', length = values.length): Uint8Array =>
  tensor({ storage, type: 'FloatStorage', length, offset, shape: [count], strides: [1] });
const pickle = (...tensors: Uint8Array[]): ZipPart => ({
  name: 'x/data.pkl',
  content: pickleOf(protocol2, dict(tensors.map((value, i) => [String(i), value] as const)), '.'),
});
const storage: ZipPart = { name: 'x/data/0', content: new Uint8Array(values.buffer) };

describe('a zip checkpoint', () => {
  it('may be compressed', async () => {
    const parts = [pickle(view(3, 5), view(0, values.length)), storage].map((part) => ({ ...part, deflated: true }));
    await withFile(zipOf(parts), async (file) => {
      expect((await file.read('0')).data).toEqual(values.slice(3, 8));
      expect((await file.read('1')).data).toEqual(values);
    });
  });

  it('of one shared storage reads a part of it by its range, once the whole was checked', async () => {
    await withFile(zipOf([pickle(view(3, 5), view(10, 7)), storage]), async (file) => {
      await file.read('0');
      const before = file.bytesRead();
      expect((await file.read('1')).data).toEqual(values.slice(10, 17));
      expect(file.bytesRead() - before).toBeLessThan(100);
    });
  });

  const whole = pickle(view(0, values.length));
  const huge = 3_000_000_000;
  it.each<[string, readonly ZipPart[], string]>([
    ['has a wrong checksum', [whole, { ...storage, checksum: 1 }], 'checksum'],
    [
      'has a wrong checksum in a part that is read in pieces',
      [pickle(view(1, 2)), { ...storage, checksum: 1 }],
      'checksum',
    ],
    ['has a wrong checksum under compression', [whole, { ...storage, deflated: true, checksum: 1 }], 'checksum'],
    [
      'inflates to more than it says',
      [whole, { ...storage, content: new Uint8Array(200_000), deflated: true, size: 160_000 }],
      "can't be inflated to 160000 bytes",
    ],
    [
      'inflates to less than it says',
      [whole, { ...storage, content: new Uint8Array(20), deflated: true, size: 160_000 }],
      'has 20 bytes, not 160000',
    ],
    [
      'is a bomb',
      [pickle(view(0, 1, '0', huge / 4)), { ...storage, content: new Uint8Array(1000), deflated: true, size: huge }],
      'more than 100 times its size',
    ],
    ['has a part twice', [whole, storage, storage], '"x/data/0" twice'],
    ['has two pickles', [whole, { ...whole, name: 'y/data.pkl' }, storage], 'x/data.pkl and y/data.pkl'],
    ['has no pickle', [storage], 'without data.pkl'],
    [
      'has parts over each other',
      [whole, storage, { ...storage, name: 'x/data/1', at: 1 }],
      'overlaps the one before it',
    ],
    ['is encrypted', [whole, { ...storage, flags: 0x801, deflated: true }], 'encrypted'],
    ['is compressed by another method', [whole, { ...storage, method: 93 }], 'method 93'],
    ['has a name that leads out', [whole, { ...storage, name: '../x' }], 'zip directory is damaged'],
    ['has a name from the root', [whole, { ...storage, name: '/etc/passwd' }], 'zip directory is damaged'],
    [
      'has a strange byte order',
      [whole, storage, { name: 'x/byteorder', content: pickleOf('middle') }],
      'little nor big',
    ],
    ['is a pickle bomb', [{ ...whole, content: new Uint8Array(70_000_000), deflated: true }], 'unfolds from'],
  ])('is refused when it %s', async (_, parts, problem) => {
    const before = process.memoryUsage().arrayBuffers;
    const error = await refusalOf(zipOf(parts));
    expect(error).toMatchObject({ code: 'models/BAD_CHECKPOINT', message: expect.stringContaining(problem) as string });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100e6);
  });
});
