import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runStage } from '@sluice/core/testing';
import { writeDemoDataset } from '@sluice/data';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ingest } from './ingest.js';

const folder = mkdtempSync(path.join(tmpdir(), 'sluice-ingest-'));
const root = path.join(folder, 'data');
const annotations = path.join(root, 'annotations', 'instances_train.json');
let whole: string;

beforeAll(async () => {
  await writeDemoDataset(root, { train: 2, val: 1, test: 1, width: 160, height: 120 });
  whole = readFileSync(annotations, 'utf8');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const withAnnotations = async <T>(text: string, action: () => Promise<T>): Promise<T> => {
  writeFileSync(annotations, text);
  try {
    return await action();
  } finally {
    writeFileSync(annotations, whole);
  }
};

it('reads every subset in file order, and finds the format by itself', async () => {
  const { outputs, events } = await runStage(ingest, { options: { root } });
  expect(outputs.samples.map(({ subset }) => subset).sort()).toEqual(['test', 'train', 'train', 'val']);
  const used = events.filter((event) => event.type === 'counted' && event.what === 'images used');
  expect(used).toHaveLength(4);
});

it('shows the train subset in mirrors where that is asked for, and no other', async () => {
  const { outputs } = await runStage(ingest, { options: { root, flips: ['horizontal', 'both'] } });
  const plain = await runStage(ingest, { options: { root } });
  const keys = plain.outputs.samples.flatMap(({ key, subset }) =>
    subset === 'train' ? [key, `${key}@horizontal`, `${key}@both`] : [key],
  );
  expect(outputs.samples.map(({ key }) => key)).toEqual(keys);
});

it('counts what it skips by reason: read = used + skipped', async () => {
  const dataset = JSON.parse(whole) as { annotations: { segmentation: unknown }[] };
  const read = dataset.annotations.length;
  dataset.annotations[0]!.segmentation = [[1, 2, 3]];
  const { outputs, events } = await withAnnotations(JSON.stringify(dataset), () =>
    runStage(ingest, { options: { format: 'coco', root } }),
  );
  const used = outputs.samples.filter(({ subset }) => subset === 'train').flatMap(({ instances }) => instances).length;
  const skipped = events.filter((event) => event.type === 'skipped');
  expect(skipped.map(({ reason }) => reason)).toEqual(['annotation: invalid polygon']);
  expect(used + skipped.length).toBe(read);
});

it('fails at the first bad item where it is told to, and names it', async () => {
  const dataset = JSON.parse(whole) as { annotations: { id: number; category_id: number }[] };
  dataset.annotations[1]!.category_id = 99;
  const failed = withAnnotations(JSON.stringify(dataset), () =>
    runStage(ingest, { options: { format: 'coco', root, 'on-bad-item': 'fail' } }),
  );
  await expect(failed).rejects.toMatchObject({ code: 'ingest/BAD_ITEM' });
});

it('says which formats it knows where a folder looks like none', async () => {
  const run = runStage(ingest, { options: { root: folder } });
  await expect(run).rejects.toMatchObject({ code: 'data/FORMAT_UNKNOWN' });
});

it('names file and place where an annotation file is broken', async () => {
  const failed = withAnnotations(whole.slice(0, 200), () => runStage(ingest, { options: { root } }));
  await expect(failed).rejects.toThrow(/instances_train\.json/);
});

it('reads an archive, unpacked into the run’s folder', async () => {
  const archive = path.join(folder, 'data.tar.gz');
  execFileSync('tar', ['-czf', archive, '-C', folder, 'data']);
  const { outputs, run } = await runStage(ingest, { options: { root: archive } });
  expect(outputs.samples.map(({ key }) => key)).toEqual(['train/000', 'train/001', 'val/000', 'test/000']);
  for (const { image } of outputs.samples) expect(image.path).toContain(path.join(run.root, 'datasets'));
});

it('skips an image of another size than declared, instead of failing later', async () => {
  const dataset = JSON.parse(whole) as { images: { width: number }[] };
  dataset.images[0]!.width = 161;
  const { outputs, events } = await withAnnotations(JSON.stringify(dataset), () =>
    runStage(ingest, { options: { root } }),
  );
  expect(outputs.samples.map(({ key }) => key)).toEqual(['train/001', 'val/000', 'test/000']);
  expect(events).toContainEqual(expect.objectContaining({ reason: 'image: image size differs from the declared one' }));
});

it('counts instances as Datumaro does where it is told to', async () => {
  const dataset = JSON.parse(whole) as { annotations: { iscrowd: number; segmentation: unknown }[] };
  const square = (x: number) => [x, 1, x + 5, 1, x + 5, 4, x, 4];
  Object.assign(dataset.annotations[0]!, { iscrowd: 1, segmentation: [square(1), square(20)] });
  const count = async (rules: 'sluice' | 'datumaro'): Promise<number> => {
    const { outputs } = await runStage(ingest, { options: { root, rules } });
    return outputs.samples.flatMap(({ instances }) => instances).length;
  };
  const counts = await withAnnotations(JSON.stringify(dataset), async () => [
    await count('sluice'),
    await count('datumaro'),
  ]);
  expect(counts[1]! - counts[0]!).toBe(2);
});
