import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Sample } from '../contracts.js';
import { coco } from '../formats/coco/coco.js';
import { rasterize } from '../masks/rasterize.js';
import { generateScene } from './generate-scene.js';
import { writeDemoDataset } from './write-demo-dataset.js';

const options = { seed: 3, train: 2, val: 1, test: 1, width: 160, height: 120 };

let folder: string;
let root: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'demo-dataset-'));
  root = join(folder, 'data');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function samplesIn(dataset: string): Promise<Sample[]> {
  const samples: Sample[] = [];
  for await (const item of coco.read(dataset)) {
    if (item.kind === 'skipped') throw new Error(`${item.item}: ${item.reason}`);
    samples.push(item.sample);
  }
  return samples;
}

describe('writeDemoDataset', () => {
  it('writes COCO instances that read back whole, with the masks as painted', async () => {
    expect(await writeDemoDataset(root, options)).toBe(true);
    const samples = await samplesIn(root);
    expect(samples.map((sample) => sample.subset).sort()).toEqual(['test', 'train', 'train', 'val']);
    for (const sample of samples) {
      const index = Number(/(\d+)\.jpg$/.exec(sample.image.path)![1]);
      const scene = generateScene({ seed: 3, subset: sample.subset, index, width: 160, height: 120 });
      expect(sample.instances).toHaveLength(scene.instances);
      const drawn = new Uint8Array(160 * 120);
      sample.instances.forEach(({ mask }, i) => {
        rasterize(mask, 160, 120).data.forEach((bit, at) => {
          if (bit === 1) drawn[at]! += i + 1;
        });
      });
      // Equal only if the masks are disjoint, too.
      expect(drawn).toEqual(scene.owner);
    }
  });

  it('writes the same files for the same options', async () => {
    await writeDemoDataset(root, options);
    await writeDemoDataset(join(folder, 'twin'), options);
    for (const file of ['annotations/instances_train.json', 'images/train/001.jpg', 'images/test/000.jpg']) {
      expect(await readFile(join(root, file))).toEqual(await readFile(join(folder, 'twin', file)));
    }
  });

  it('leaves a dataset made with the same options alone', async () => {
    await writeDemoDataset(root, options);
    const before = await stat(join(root, 'images/train/000.jpg'));
    expect(await writeDemoDataset(root, options)).toBe(false);
    expect((await stat(join(root, 'images/train/000.jpg'))).mtimeMs).toBe(before.mtimeMs);
  });

  it('replaces a dataset made with other options and leaves nothing beside it', async () => {
    await writeDemoDataset(root, options);
    expect(await writeDemoDataset(root, { ...options, train: 1 })).toBe(true);
    expect(await samplesIn(root)).toHaveLength(3);
    expect(await readdir(folder)).toEqual(['data']);
  });

  it('refuses a folder that holds anything else, and an empty one is fine', async () => {
    await mkdir(root);
    await writeFile(join(root, 'thesis.txt'), 'mine');
    await expect(writeDemoDataset(root, options)).rejects.toMatchObject({ code: 'data/DEMO_FOLDER' });
    expect(await readdir(root)).toEqual(['thesis.txt']);
    await rm(join(root, 'thesis.txt'));
    expect(await writeDemoDataset(root, options)).toBe(true);
  });

  it('shows nothing under its name until all is written, and clears away what a killed process left', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    await mkdir(join(folder, `data.${String(pid)}-0123456789ab.tmp`, 'images'), { recursive: true });
    await mkdir(join(folder, 'data.notes.tmp'));
    const seen: string[][] = [];
    const watch = setInterval(() => {
      if (existsSync(root)) seen.push(readdirSync(root));
    });
    await writeDemoDataset(root, options).finally(() => {
      clearInterval(watch);
    });
    for (const names of seen) expect(names.sort()).toEqual(['annotations', 'demo-dataset.json', 'images']);
    expect((await readdir(folder)).sort()).toEqual(['data', 'data.notes.tmp']);
  });

  it('ends with one whole dataset when two write it at once', async () => {
    await Promise.all([writeDemoDataset(root, options), writeDemoDataset(root, options)]);
    expect(await samplesIn(root)).toHaveLength(4);
    expect(await readdir(folder)).toEqual(['data']);
  });
});
