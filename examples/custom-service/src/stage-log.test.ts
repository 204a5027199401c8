import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkPipeline } from '@sluice/core';
import { bundledStages, runFile, serviceChoices } from '@sluice/pipelines';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { summary } from './stage-log.js';

const file = fileURLToPath(new URL('../pipeline.yaml', import.meta.url));
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'custom-service-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(...set: readonly string[]) {
  const terminal = { out: () => undefined, err: () => undefined, screen: undefined };
  const { status, failure } = await runFile({ file, set, terminal, runsDir: path.join(folder, 'runs') });
  expect(failure).toBeUndefined();
  return { read: (name: string) => readFileSync(path.join(status.folder, name), 'utf8') };
}

it('says in a line what a stage logged', () => {
  const lines = (['info', 'warn', 'info'] as const).map((level, index) => ({
    level,
    message: `m${index}`,
    details: {},
  }));
  expect(summary('encode', lines)).toBe('encode: 1 warn, 2 info; m2');
});

it('takes the place of the logger by one line of the pipeline, and the log file is written all the same', async () => {
  const { read } = await run();
  expect(read('stages.txt')).toMatch(
    /^ingest: 2 info; finished in \d+\.\d s\nprompts: 2 info; finished in \d+\.\d s\n$/,
  );
  expect(read('log.jsonl')).toContain('finished in');
  expect(JSON.parse(read('manifest.json'))).toMatchObject({
    services: { logger: '@sluice-examples/stage-log' },
    servicePackages: { logger: { name: '@sluice-examples/stage-log', version: '0.1.0' } },
  });
});

it('takes options', async () => {
  const { read } = await run(
    'services.logger={ uses: "@sluice-examples/stage-log", with: { file: logs/short.txt, least-level: error } }',
  );
  expect(() => read('logs/short.txt')).toThrow('ENOENT'); // no stage logged an error
});

it('has its options checked before anything runs', async () => {
  const { diagnostics } = await checkPipeline(file, {
    bundled: bundledStages,
    services: serviceChoices({ cacheDir: folder, threads: 1 }),
    set: ['services.logger={ uses: "@sluice-examples/stage-log", with: { least-level: loud } }'],
  });
  expect(diagnostics).toMatchObject([
    { code: 'wrong-type', message: 'least-level must be "info", "warn" or "error", not "loud"' },
  ]);
});
