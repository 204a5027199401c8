import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { frameOf } from './frame.js';
import { sharpCodec } from './image-codec.js';
import { modelInputOf } from './model-input.js';
import { modelPixels } from './prepare-image.js';
import type { RgbImage } from './rgb-image.js';

describe('frameOf', () => {
  it.each([
    [2241, 1500, 1024, 685],
    [640, 480, 1024, 768],
    [480, 640, 768, 1024],
    [1024, 1024, 1024, 1024],
    [5000, 1, 1024, 1],
    [1023, 7, 1024, 7],
  ])('of %i x %i covers %i x %i', (width, height, toWidth, toHeight) => {
    expect(frameOf(width, height)).toEqual({ size: 1024, width: toWidth, height: toHeight });
  });
});

describe('modelPixels', () => {
  const image: RgbImage = { width: 2, height: 1, data: Uint8Array.of(0, 128, 255, 10, 20, 30) };
  const frame = { size: 2, width: 2, height: 1 };
  const normal = (byte: number, channel: number): number =>
    Math.fround((byte - [123.675, 116.28, 103.53][channel]!) / [58.395, 57.12, 57.375][channel]!);
  const top = [normal(0, 0), normal(10, 0), normal(128, 1), normal(20, 1), normal(255, 2), normal(30, 2)];

  it('normalises, then pads with zeros in mode sam', () => {
    const pixels = [...modelPixels(image, frame, 'sam')];
    expect(pixels).toEqual([top[0], top[1], 0, 0, top[2], top[3], 0, 0, top[4], top[5], 0, 0]);
  });

  it('pads with black, then normalises in mode otx', () => {
    const black = [0, 1, 2].map((channel) => normal(0, channel));
    const pixels = [...modelPixels(image, frame, 'otx')];
    expect(pixels).toEqual(
      [0, 1, 2].flatMap((channel) => [top[2 * channel], top[2 * channel + 1], black[channel], black[channel]]),
    );
  });

  it('smooths what it shrinks in mode sam alone', () => {
    const stripes: RgbImage = { width: 80, height: 80, data: new Uint8Array(80 * 80 * 3) };
    for (let i = 0; i < 80 * 80; i += 10) stripes.data.fill(255, i * 3, i * 3 + 3);
    const small = { size: 8, width: 8, height: 8 };
    expect(new Set(modelPixels(stripes, small, 'otx')).size).toBe(3);
    expect(Math.max(...modelPixels(stripes, small, 'sam'))).toBeGreaterThan(normal(0, 0) + 0.3);
  });
});

describe('modelInputOf', () => {
  let folder: string;
  let path: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-input-'));
    path = join(folder, 'a.png');
    await sharp({ create: { width: 40, height: 30, channels: 3, background: '#7b7468' } }).toFile(path);
  });
  afterAll(() => rm(folder, { recursive: true }));
  const sampleAt = (file: string) => ({
    key: 'train/a',
    subset: 'train' as const,
    image: { path: file, width: 40, height: 30 },
  });

  it('names the same pixels alike, wherever the file lies', async () => {
    const copy = join(folder, 'b.png');
    await copyFile(path, copy);
    const [one, two] = await Promise.all([modelInputOf(sampleAt(path)), modelInputOf(sampleAt(copy))]);
    expect(one.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(two.digest).toBe(one.digest);
  });

  it('names other pixels differently: other bytes, mode or size', async () => {
    const other = join(folder, 'c.png');
    await sharp({ create: { width: 40, height: 30, channels: 3, background: '#7b7469' } }).toFile(other);
    const inputs = await Promise.all([
      modelInputOf(sampleAt(path), { mode: 'sam' }),
      modelInputOf(sampleAt(path), { mode: 'otx' }),
      modelInputOf(sampleAt(path), { mode: 'sam', size: 512 }),
      modelInputOf(sampleAt(other), { mode: 'sam' }),
      modelInputOf(sampleAt(path), { codec: { ...sharpCodec, name: 'other' } }),
    ]);
    expect(new Set(inputs.map(({ digest }) => digest)).size).toBe(5);
  });

  it('loads pixels of the whole square, when asked', async () => {
    const { frame, load } = await modelInputOf(sampleAt(path), { size: 64, mode: 'otx' });
    expect(frame).toEqual({ size: 64, width: 64, height: 48 });
    const pixels = await load();
    expect(pixels.length).toBe(3 * 64 * 64);
    expect(pixels[0]).toBeCloseTo((0x7b - 123.675) / 58.395, 5);
    expect(pixels[64 * 64 - 1]).toBeCloseTo(-123.675 / 58.395, 5);
  });

  it('loads the pixels that its codec decodes', async () => {
    const decode = () => Promise.resolve({ width: 40, height: 30, data: new Uint8Array(40 * 30 * 3).fill(9) });
    const { load } = await modelInputOf(sampleAt(path), { size: 64, codec: { name: 'nines', decode } });
    expect((await load())[0]).toBeCloseTo((9 - 123.675) / 58.395, 5);
  });

  it('names a file that is not there', async () => {
    await expect(modelInputOf(sampleAt(join(folder, 'nowhere.png')))).rejects.toMatchObject({
      code: 'data/IMAGE_UNREADABLE',
    });
  });
});
