import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDataset, type OpenOptions } from './open-dataset.js';
import { zipOf, type ZipEntry } from './zip.test.support.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-archive-'));
});
afterEach(() => rm(folder, { recursive: true }));

type TarHeader = Parameters<ReturnType<typeof pack>['entry']>[0];

async function tarOf(entries: readonly (TarHeader & { content?: string })[]): Promise<Uint8Array> {
  const stream = pack();
  for (const { content, ...header } of entries) stream.entry(header, content ?? '');
  stream.finalize();
  return buffer(stream);
}

/** Opens bytes as an archive that unfolds to `folder/inner/data`; all else in `folder` must stay as it is. */
async function open(bytes: Uint8Array, options: OpenOptions = {}) {
  const path = join(folder, 'archive');
  await writeFile(path, bytes);
  return openDataset(path, { into: () => Promise.resolve(join(folder, 'inner', 'data')), ...options });
}

const files = [
  { name: 'data/annotations/instances_train.json', content: '{}' },
  { name: 'data/images/ä.txt', content: 'picture' },
];

describe('an archive is unfolded:', () => {
  it.each<[string, () => Uint8Array | Promise<Uint8Array>]>([
    ['zip', () => zipOf([{ name: 'data/', mode: 0o040755 }, ...files])],
    ['zip of another system', () => zipOf(files.map((file) => ({ ...file, mode: 0 })))],
    ['tar', () => tarOf([{ name: './', type: 'directory' }, { name: 'data', type: 'directory' }, ...files])],
    ['gzipped tar', async () => gzipSync(await tarOf(files))],
    ['with Apple’s own files', () => zipOf([...files, { name: '__MACOSX/._data', content: '' }])],
  ])('%s', async (_, bytes) => {
    const { root, close } = await open(await bytes());
    expect(root).toBe(join(folder, 'inner/data/data'));
    expect(await readFile(join(root, 'images/ä.txt'), 'utf8')).toBe('picture');
    await close();
    expect(await readdir(join(folder, 'inner'))).toEqual([]);
  });

  it('into a temporary folder, unless told where', async () => {
    await writeFile(join(folder, 'archive'), zipOf(files));
    const { root, close } = await openDataset(join(folder, 'archive'));
    expect(root.startsWith(tmpdir())).toBe(true);
    await close();
    await expect(readdir(root)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('but a folder, or a file of another kind, is the dataset itself', async () => {
    expect((await openDataset(folder)).root).toBe(folder);
    const { root, close } = await open(Buffer.from('{}'));
    expect(root).toBe(join(folder, 'archive'));
    await close();
    expect(await readFile(root, 'utf8')).toBe('{}');
    await expect(openDataset(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'data/DATASET_FOLDER' });
  });
});

const badNames = [
  '../out.txt',
  'a/../../out.txt',
  '/out.txt',
  '//host/out.txt',
  '..\\out.txt',
  'a\\..\\..\\out.txt',
  '\\out.txt',
  'C:\\out.txt',
  'C:out.txt',
  'a.txt:stream',
  'a//out.txt',
  'a/./out.txt',
  '..',
  'a/..',
  'new\nline',
  'bell\u0007',
  'x'.repeat(2000),
];

describe('names that lead out of the folder, or are none, are refused:', () => {
  it.each(badNames)('in a zip: %j', async (name) => {
    await expect(open(zipOf([...files, { name, content: 'evil' }]))).rejects.toMatchObject({
      code: expect.stringMatching(/^data\/ARCHIVE_/) as string,
    });
    expect((await readdir(folder, { recursive: true })).sort()).toEqual(['archive', 'inner']);
  });

  it.each(badNames)('in a tar: %j', async (name) => {
    await expect(open(await tarOf([...files, { name, content: 'evil' }]))).rejects.toMatchObject({
      code: 'data/ARCHIVE_ENTRY',
    });
    expect((await readdir(folder, { recursive: true })).sort()).toEqual(['archive', 'inner']);
  });
});

describe('what is no plain file is refused, and nothing is left:', () => {
  const link = (type: NonNullable<TarHeader['type']>) => () =>
    tarOf([{ name: 'link', type, linkname: '/etc/hostname' }]);
  it.each<[string, () => Uint8Array | Promise<Uint8Array>, string]>([
    ['symbolic link in a tar', link('symlink'), 'ARCHIVE_ENTRY'],
    ['hard link in a tar', link('link'), 'ARCHIVE_ENTRY'],
    ['device in a tar', link('character-device'), 'ARCHIVE_ENTRY'],
    ['pipe in a tar', link('fifo'), 'ARCHIVE_ENTRY'],
    [
      'file through a link before it',
      () =>
        tarOf([
          { name: 'a', type: 'symlink', linkname: '..' },
          { name: 'a/out.txt', content: 'evil' },
        ]),
      'ARCHIVE_ENTRY',
    ],
    ['symbolic link in a zip', () => zipOf([{ name: 'l', content: '/etc/hostname', mode: 0o120777 }]), 'ARCHIVE_ENTRY'],
    ['device in a zip', () => zipOf([{ name: 'l', mode: 0o020666 }]), 'ARCHIVE_ENTRY'],
    ['encrypted file', () => zipOf([{ name: 'a', content: 'x', flags: 0x801 }]), 'ARCHIVE_ENTRY'],
    ['doubled name', () => zipOf([...files, ...files]), 'ARCHIVE_ENTRY'],
    [
      'name in another Unicode form',
      () => zipOf([{ name: 'ä'.normalize('NFC') }, { name: 'ä'.normalize('NFD') }]),
      'ARCHIVE_ENTRY',
    ],
    ['file below a file', () => zipOf([{ name: 'a' }, { name: 'a/b' }]), 'ARCHIVE_ENTRY'],
    ['folder in the place of a file', () => zipOf([{ name: 'a' }, { name: 'a/' }]), 'ARCHIVE_ENTRY'],
    ['size that is a lie', () => zipOf([{ name: 'a', content: 'xyz', size: 1 }]), 'ARCHIVE_UNREADABLE'],
    ['zip cut short', () => zipOf(files).slice(0, -30), 'ARCHIVE_UNREADABLE'],
    ['gzip cut short', async () => gzipSync(await tarOf(files)).subarray(0, -20), 'ARCHIVE_UNREADABLE'],
    ['gzip of something else', () => gzipSync('hello '.repeat(500)), 'ARCHIVE_UNREADABLE'],
    [
      'tar cut short',
      async () => (await tarOf([{ name: 'a', content: 'x'.repeat(3000) }])).slice(0, 2000),
      'ARCHIVE_UNREADABLE',
    ],
  ])('%s', async (_, bytes, code) => {
    await expect(open(await bytes())).rejects.toMatchObject({ code: `data/${code}` });
    expect((await readdir(folder, { recursive: true })).sort()).toEqual(['archive', 'inner']);
  });

  it('but a folder that is there already keeps what it holds', async () => {
    await mkdir(join(folder, 'inner'));
    await writeFile(join(folder, 'inner/thesis.txt'), 'mine');
    await expect(open(zipOf([{ name: '../thesis.txt', content: 'evil' }]))).rejects.toThrow();
    expect(await readFile(join(folder, 'inner/thesis.txt'), 'utf8')).toBe('mine');
  });
});

describe('bombs are stopped:', () => {
  const zeros = '\0'.repeat(1024 * 1024);
  const many: readonly ZipEntry[] = Array.from({ length: 100 }, (_, i) => ({ name: String(i), content: zeros }));

  it('more than a hundred times its own size', async () => {
    await expect(open(zipOf(many))).rejects.toMatchObject({ code: 'data/ARCHIVE_LIMIT' });
    const zipped = gzipSync(await tarOf(many.map(({ name }) => ({ name: String(name), content: zeros }))));
    await expect(open(zipped)).rejects.toMatchObject({ code: 'data/ARCHIVE_LIMIT' });
  });

  it('more bytes or entries than allowed', async () => {
    await expect(open(zipOf(many.slice(0, 3)), { limits: { bytes: 2_000_000 } })).rejects.toThrow('2000000 bytes');
    await expect(open(zipOf(files), { limits: { entries: 1 } })).rejects.toThrow('1 entries');
    const folders = Array.from({ length: 9 }, (_, i) => ({ name: `${i}/` }));
    await expect(open(zipOf(folders), { limits: { entries: 8 } })).rejects.toMatchObject({
      code: 'data/ARCHIVE_LIMIT',
    });
  });

  it('a header that claims megabytes', async () => {
    const tar = Buffer.from(await tarOf([{ name: 'a', pax: { comment: 'x'.repeat(4_000_000) }, content: '' }]));
    await expect(open(gzipSync(tar))).rejects.toMatchObject({ code: 'data/ARCHIVE_ENTRY' });
  });

  it('archives in an archive stay files', async () => {
    const { root } = await open(zipOf([{ name: 'a.zip', content: zipOf(many.slice(0, 2)) }, { name: 'b' }]));
    expect((await readdir(root)).sort()).toEqual(['a.zip', 'b']);
  });
});
