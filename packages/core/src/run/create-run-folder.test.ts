import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRunFolder } from './create-run-folder.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'sluice-runs-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a run folder', () => {
  it('is named by pipeline and local time, and makes the folders of its files', async () => {
    const run = await createRunFolder(join(folder, 'runs'), 'demo', new Date(2026, 10, 3, 1, 2, 3));
    expect(run.name).toBe('demo-20261103-010203');
    const path = await run.path('checkpoints', 'best', 'a.bin');
    expect(path).toBe(join(run.root, 'checkpoints', 'best', 'a.bin'));
    expect(existsSync(join(run.root, 'checkpoints', 'best'))).toBe(true);
  });

  it('is another one for each of many that start at once', async () => {
    const now = new Date(2026, 0, 1);
    const runs = await Promise.all(Array.from({ length: 20 }, async () => createRunFolder(folder, 'x', now)));
    expect(new Set(runs.map(({ root }) => root)).size).toBe(20);
  });

  it('gives no path outside of itself', async () => {
    const run = await createRunFolder(folder, 'x', new Date());
    for (const parts of [['..', 'y'], ['/etc/passwd'], ['a', '../../b'], []]) {
      await expect(run.path(...parts)).rejects.toMatchObject({ code: 'core/OUTSIDE_RUN_FOLDER' });
    }
  });
});
