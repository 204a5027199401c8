import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeImage } from './decode-image.js';
import type { RgbImage } from './rgb-image.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-images-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Two columns, three rows, every byte another. */
const rgb = Uint8Array.of(255, 0, 0, 10, 20, 30, 0, 255, 0, 40, 50, 60, 0, 0, 255, 70, 80, 90);
const raw = (data: Uint8Array | Uint16Array, channels: 1 | 2 | 3 | 4): Sharp =>
  sharp(data, { raw: { width: 2, height: 3, channels } });

async function decode(content: Uint8Array, width = 2, height = 3): Promise<RgbImage> {
  const path = join(folder, 'image');
  await writeFile(path, content);
  return decodeImage({ path, width, height });
}

const gray = Uint8Array.of(0, 1, 100, 200, 254, 255);
const repeated = [...gray].flatMap((value) => [value, value, value]);

describe('decodeImage gives RGB bytes of', () => {
  it.each<[string, () => Sharp]>([
    ['PNG', () => raw(rgb, 3).png()],
    ['palette PNG', () => raw(rgb, 3).png({ palette: true })],
    ['lossless WebP', () => raw(rgb, 3).webp({ lossless: true })],
    ['TIFF', () => raw(rgb, 3).tiff({ compression: 'lzw' })],
    ['GIF', () => raw(rgb, 3).gif()],
  ])('%s', async (_, encoder) => {
    expect([...(await decode(await encoder().toBuffer())).data]).toEqual([...rgb]);
  });

  it('greyscale, repeated', async () => {
    const png = await raw(gray, 1).toColourspace('b-w').png().toBuffer();
    expect([...(await decode(png)).data]).toEqual(repeated);
  });

  it('one bit a pixel, as black and white', async () => {
    const bits = Uint8Array.of(0, 255, 255, 0, 0, 255);
    const png = await raw(bits, 1).toColourspace('b-w').png({ palette: true, colours: 2 }).toBuffer();
    expect([...(await decode(png)).data]).toEqual([...bits].flatMap((bit) => [bit, bit, bit]));
  });

  it('colours under a transparent pixel, without compositing', async () => {
    const rgba = Uint8Array.from({ length: 24 }, (_, i) => (i % 4 === 3 ? (i % 8) * 20 : rgb[(i >> 2) * 3 + (i % 4)]!));
    expect([...(await decode(await raw(rgba, 4).png().toBuffer())).data]).toEqual([...rgb]);
  });

  it('grey under a transparent pixel', async () => {
    const grayAlpha = Uint8Array.from({ length: 12 }, (_, i) => (i % 2 === 1 ? 0 : gray[i >> 1]!));
    const png = await raw(grayAlpha, 2).toColourspace('b-w').png().toBuffer();
    expect([...(await decode(png)).data]).toEqual(repeated);
  });

  it('sixteen bits, scaled over the whole range', async () => {
    const words = Uint16Array.of(0, 257, 25700, 51400, 65278, 65535);
    const png = await raw(words, 1).toColourspace('grey16').png().toBuffer();
    expect((await sharp(png).metadata()).depth).toBe('ushort');
    expect([...(await decode(png)).data]).toEqual(repeated);
  });

  it('CMYK, each ink taking its share of the light', async () => {
    // The JPEG's own inks come from a colour profile: compare with them as stored.
    const big = sharp({ create: { width: 32, height: 32, channels: 3, background: { r: 200, g: 30, b: 90 } } });
    const jpeg = await big.toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer();
    expect((await sharp(jpeg).metadata()).space).toBe('cmyk');
    const stored = await sharp(jpeg).pipelineColourspace('cmyk').toColourspace('cmyk').raw().toBuffer();
    const [c, m, y, k] = [stored[0]!, stored[1]!, stored[2]!, stored[3]!];
    const expected = [c, m, y].map((ink) => ((255 - ink) * (255 - k)) / 255);
    const { data } = await decode(jpeg, 32, 32);
    expected.forEach((value, channel) => {
      expect(Math.abs(data[channel]! - value)).toBeLessThanOrEqual(1);
    });
  });

  it('the first frame of an animation', async () => {
    const frames = [255, 0].map((red) => Uint8Array.from({ length: 18 }, (_, i) => (i % 3 === 0 ? red : 0)));
    const gif = await sharp(Buffer.concat(frames), { raw: { width: 2, height: 6, channels: 3, pageHeight: 3 } })
      .gif()
      .toBuffer();
    expect((await sharp(gif).metadata()).pages).toBe(2);
    expect([...(await decode(gif)).data]).toEqual([...frames[0]!]);
  });
});

describe('EXIF orientation', () => {
  const turned = () => raw(rgb, 3).withMetadata({ orientation: 6 }).png().toBuffer();

  it('is applied where the declared size is that of the turned image', async () => {
    const { width, height, data } = await decode(await turned(), 3, 2);
    expect([width, height]).toEqual([3, 2]);
    // Orientation 6: the first column, read upwards, becomes the first row.
    expect([...data.subarray(0, 9)]).toEqual([0, 0, 255, 0, 255, 0, 255, 0, 0]);
  });

  it('is left out where the declared size is the stored one', async () => {
    expect([...(await decode(await turned())).data]).toEqual([...rgb]);
  });

  it('does not excuse a size that is neither', async () => {
    await expect(decode(await raw(rgb, 3).png().toBuffer(), 3, 2)).rejects.toMatchObject({ code: 'data/IMAGE_SIZE' });
  });
});

describe('decodeImage refuses', () => {
  it('a declared size that is not the file’s, naming both', async () => {
    const png = await raw(rgb, 3).png().toBuffer();
    await expect(decode(png, 20, 30)).rejects.toThrow(/image is 2x3 but the dataset declares 20x30/);
  });

  it.each<[string, (png: Uint8Array, jpeg: Uint8Array) => Uint8Array]>([
    ['an empty file', () => new Uint8Array()],
    ['text', () => new TextEncoder().encode('not an image at all')],
    ['a truncated PNG', (png) => png.subarray(0, png.length / 2)],
    ['a truncated JPEG', (_, jpeg) => jpeg.subarray(0, jpeg.length / 2)],
    ['a PNG with a broken byte', (png) => png.with(png.length >> 1, png[png.length >> 1]! ^ 255)],
    ['a PNG header of 30,000 x 30,000', () => hugePng()],
  ])('%s', async (name, change) => {
    const noise = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * i * 31) >> 3);
    const picture = sharp(noise, { raw: { width: 64, height: 64, channels: 3 } });
    const content = change(await picture.png().toBuffer(), await picture.jpeg().toBuffer());
    const side = name.includes('30,000') ? 30_000 : 64;
    await expect(decode(content, side, side)).rejects.toMatchObject({ code: 'data/IMAGE_UNREADABLE' });
  });

  it('a file that is not there, by its path', async () => {
    const path = join(folder, 'nowhere.png');
    await expect(decodeImage({ path, width: 1, height: 1 })).rejects.toThrow(path);
  });
});

/** A PNG that only claims to be large. */
function hugePng(): Uint8Array {
  const chunk = (type: string, body: Uint8Array): Buffer => {
    const content = Buffer.concat([Buffer.from(type), body]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(body.length, 0);
    frame.writeUInt32BE(crc32(content), 4);
    return Buffer.concat([frame.subarray(0, 4), content, frame.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(30_000, 0);
  header.writeUInt32BE(30_000, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', new Uint8Array(8)),
    chunk('IEND', new Uint8Array()),
  ]);
}
