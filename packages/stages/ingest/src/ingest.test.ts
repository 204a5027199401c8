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
  await expect(run).rejects.toMatchObject({ code: 'ingest/UNKNOWN_FORMAT' });
});

it('names file and place where an annotation file is broken', async () => {
  const failed = withAnnotations(whole.slice(0, 200), () => runStage(ingest, { options: { root } }));
  await expect(failed).rejects.toThrow(/instances_train\.json/);
});
