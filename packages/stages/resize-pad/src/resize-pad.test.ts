import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runStage } from '@sluice/core/testing';
import { sharpCodec, type Sample } from '@sluice/data';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { resizePad } from './resize-pad.js';

const folder = mkdtempSync(path.join(tmpdir(), 'sluice-resize-'));
const image = { path: path.join(folder, 'white.png'), width: 40, height: 20 };
const services = { codec: sharpCodec };
const sample = (id: string): Sample => ({ key: `train/${id}`, id, subset: 'train', image, instances: [] });

beforeAll(async () => {
  await sharp({ create: { width: 40, height: 20, channels: 3, background: 'white' } }).toFile(image.path);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('plans the longest side to the size, keeps order, and makes pixels only when asked', async () => {
  const { outputs } = await runStage(resizePad, {
    inputs: { samples: ['b', 'a', 'c'].map(sample) },
    services,
    options: { size: 64 },
  });
  expect(outputs.images.map(({ key }) => key)).toEqual(['train/b', 'train/a', 'train/c']);
  expect(outputs.images[0]?.frame).toEqual({ size: 64, width: 64, height: 32 });
  expect(await outputs.images[0]?.load()).toHaveLength(3 * 64 * 64);
});

it('pads with zero after normalising as SAM does, or with black before as OTX does', async () => {
  const corner = async (mode: 'sam' | 'otx') => {
    const { outputs } = await runStage(resizePad, {
      inputs: { samples: [sample('a')] },
      options: { size: 64, mode },
      services,
    });
    const pixels = await outputs.images[0]!.load();
    return [pixels[0], pixels[64 * 64 - 1]];
  };
  const white = (255 - 123.675) / 58.395;
  expect(await corner('sam')).toEqual([expect.closeTo(white, 5), 0]);
  expect(await corner('otx')).toEqual([expect.closeTo(white, 5), expect.closeTo(-123.675 / 58.395, 5)]);
});

it('fails for an image that is gone', async () => {
  const gone = { ...sample('a'), image: { ...image, path: path.join(folder, 'gone.png') } };
  const run = runStage(resizePad, { inputs: { samples: [gone] }, services });
  await expect(run).rejects.toMatchObject({ cause: { code: 'data/IMAGE_UNREADABLE' } });
});

it('decodes with the codec that it is given', async () => {
  const decode = () => Promise.resolve({ width: 40, height: 20, data: new Uint8Array(40 * 20 * 3) });
  const { outputs } = await runStage(resizePad, {
    inputs: { samples: [sample('a')] },
    options: { size: 64 },
    services: { codec: { ...sharpCodec, name: 'black', decode } },
  });
  expect((await outputs.images[0]!.load())[0]).toBeCloseTo(-123.675 / 58.395, 5);
});
