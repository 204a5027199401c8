import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runFile } from '@sluice/pipelines';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { paintPictures } from './paint-pictures.js';

const file = fileURLToPath(new URL('../pipeline.yaml', import.meta.url));
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'custom-pipeline-'));
  await paintPictures(path.join(folder, 'data'), 4);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function run(...set: readonly string[]) {
  const terminal = { out: () => undefined, err: () => undefined, screen: undefined };
  const data = `vars.data=${JSON.stringify(path.join(folder, 'data'))}`;
  const { status, failure } = await runFile({
    file,
    set: [data, ...set],
    terminal,
    runsDir: path.join(folder, 'runs'),
  });
  const read = (name: string) => readFileSync(path.join(status.folder, name), 'utf8');
  return { failure, read, manifest: JSON.parse(read('manifest.json')) as { stages: object; counts: object } };
}

it('runs from a folder of pictures to the report', async () => {
  const { failure, read } = await run();
  expect(failure).toBeUndefined();
  expect(read('report.md')).toBe(`# Painted pictures

| picture | size | red | green | blue | contrast |
| --- | --- | ---: | ---: | ---: | ---: |
| 01.png | 64 x 48 | 0.0 | 0.0 | 0.0 | 0.0 |
| 02.png | 64 x 44 | 53.0 | 97.0 | 151.0 | 0.0 |
| 03.png | 64 x 40 | 106.0 | 194.0 | 46.0 | 0.0 |
| 04.png | 64 x 37 | 159.0 | 35.0 | 197.0 | 0.0 |
| mean of 4 |  | 79.5 | 81.5 | 98.5 | 0.0 |
`);
});

it('counts what is no picture and goes on, or fails where it is told to', async () => {
  writeFileSync(path.join(folder, 'data/00.png'), 'no picture');
  writeFileSync(path.join(folder, 'data/notes.txt'), 'not meant to be one');
  const { manifest, read } = await run();
  expect(manifest).toMatchObject({
    status: 'succeeded',
    counts: { 'pictures used': 4 },
    stages: { pictures: { skipped: { unreadable: 1 } } },
  });
  expect(read('skipped.jsonl')).toContain('"item":"00.png"');
  const failed = await run('stages.pictures.with.on-bad-item=fail');
  expect(failed.failure).toMatchObject({ stage: 'pictures', error: { code: 'image-folder/BAD_PICTURE' } });
});

it('names a picture that is truncated, a folder that is not there, and one without pictures', async () => {
  const whole = readFileSync(path.join(folder, 'data/04.png'));
  writeFileSync(path.join(folder, 'data/05.png'), whole.subarray(0, whole.length - 40));
  const { failure } = await run();
  expect(failure?.stage).toBe('shrink');
  expect(JSON.stringify(await run().then(({ manifest }) => manifest))).toContain('05.png');
  const missing = await run(`vars.data=${JSON.stringify(path.join(folder, 'nowhere'))}`);
  expect(missing.failure?.error).toMatchObject({ code: 'image-folder/NO_FOLDER' });
  const empty = await run(`vars.data=${JSON.stringify(path.join(folder, 'runs'))}`);
  expect(empty.failure?.error).toMatchObject({ code: 'image-folder/NO_PICTURE' });
});

it('keeps pictures apart whose names differ only in their ending', async () => {
  copyFileSync(path.join(folder, 'data/04.png'), path.join(folder, 'data/04.jpg'));
  const { failure, read } = await run();
  expect(failure).toBeUndefined();
  expect(read('report.md')).toContain('mean of 5');
});

it('refuses edges whose contracts differ, before anything runs', async () => {
  await expect(run('stages.report.in.statistics=shrink.pictures')).rejects.toMatchObject({
    diagnostics: [
      { code: 'contract-mismatch', message: expect.stringContaining('"report.statistics" takes PictureStatistics') },
    ],
  });
});
