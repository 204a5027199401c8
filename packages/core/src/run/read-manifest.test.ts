import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadPipeline } from '../pipeline/load-pipeline.js';
import { numberStages } from '../testing/fixtures/number-stages.js';
import { processState } from './process-mark.js';
import { readManifest } from './read-manifest.js';
import { runPipeline } from './run-pipeline.js';

let folder: string;
let whole: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'manifest-'));
  const file = join(folder, 'pipeline.yaml');
  writeFileSync(file, 'sluice: 1\nname: test\nstages: { numbers: { uses: count, with: { to: 6, mode: odd } } }\n');
  const plan = await loadPipeline(file, { bundled: numberStages });
  const last = await lastValueFrom(runPipeline(plan, { runsDir: join(folder, 'runs') }));
  expect(last.type).toBe('run-finished');
  whole = readFileSync(join(folder, 'runs', readdirSync(join(folder, 'runs'))[0]!, 'manifest.json'), 'utf8');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function reading(content: string | undefined) {
  const place = join(folder, 'one');
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place);
  if (content !== undefined) writeFileSync(join(place, 'manifest.json'), content);
  return readManifest(place);
}

describe('a manifest', () => {
  it('of a run is read back as it was written, and names the process that wrote it', async () => {
    const read = await reading(whole);
    expect(read).toEqual({ manifest: JSON.parse(whole) as unknown });
    expect('manifest' in read && processState(read.manifest.process!)).toBe('alive');
  });

  it.each([
    [undefined, 'it has no manifest.json'],
    ['', 'manifest.json is not JSON'],
    ['{"run": "x"', 'manifest.json is not JSON'],
    ['[]', 'at its root'],
    ['{}', '/run'],
    ['{"manifest_version": 3, "name": "a browser extension"}', '/run'],
  ])('%j is a problem in words', async (content, words) => {
    const { problem } = (await reading(content)) as { problem: string };
    expect(problem).toContain(words);
  });

  it.each(['status', 'startedAt', 'stages', 'edges', 'counts'])('with another kind of %s is refused', async (key) => {
    expect(await reading(JSON.stringify({ ...(JSON.parse(whole) as object), [key]: 7 }))).toMatchObject({
      problem: expect.stringContaining(`/${key}`),
    });
  });
});
