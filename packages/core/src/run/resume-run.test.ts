import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Type } from '@sinclair/typebox';
import { lastValueFrom, toArray } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { coreErrors } from '../errors/core-errors.js';
import { loadPipeline, type LoadOptions } from '../pipeline/load-pipeline.js';
import { defineStage } from '../stage/define-stage.js';
import { NumberContract, numberStages } from '../testing/fixtures/number-stages.js';
import type { Manifest } from './observers/write-manifest.js';
import type { RunEvent } from './run-event.js';
import { runPipeline, type RunOptions } from './run-pipeline.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'sluice-run-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function run(
  stages: string,
  load: Partial<LoadOptions> = {},
  options: Partial<RunOptions> = {},
): Promise<readonly RunEvent[]> {
  const file = join(folder, 'pipeline.yaml');
  writeFileSync(
    file,
    `sluice: 1\nname: test\nseed: 7\nstages:\n${stages}\n${load.services ? 'services: { adder: ten }' : ''}`,
  );
  const plan = await loadPipeline(file, { bundled: numberStages, ...load });
  return lastValueFrom(runPipeline(plan, { runsDir: join(folder, 'runs'), ...options }).pipe(toArray()));
}

function runFolder(): string {
  return join(folder, 'runs', readdirSync(join(folder, 'runs'))[0]!);
}

const read = (name: string): string => readFileSync(join(runFolder(), name), 'utf8');
const manifest = (): Manifest => JSON.parse(read('manifest.json')) as Manifest;
const lines = (name: string): Record<string, unknown>[] =>
  read(name)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const CHAIN = `
  numbers: { uses: count, with: { to: 6, mode: odd } }
  double: { uses: scale, in: { numbers: numbers } }
  say: { uses: describe, in: { numbers: double.numbers } }`;

describe('a run that is resumed', () => {
  const broken = CHAIN.replace('double: { uses: scale', () => 'double: { uses: scale, with: { fail-at: 3 }');
  const resume = (stages: string) => run(stages, {}, { resume: runFolder(), now: () => new Date(2030, 0, 1) });

  it('goes on in its folder: files are written anew, the log goes on, and the manifest tells', async () => {
    await run(broken, {}, { now: () => new Date(2029, 0, 1) });
    expect(manifest()).toMatchObject({ status: 'failed', process: { pid: process.pid } });
    const logged = lines('log.jsonl').length;
    const { startedAt, pipeline } = manifest();
    writeFileSync(join(runFolder(), 'a.bin.4711-0123456789ab.tmp'), 'half of a file');
    await resume(CHAIN);
    expect(readdirSync(join(folder, 'runs'))).toHaveLength(1);
    expect(manifest()).toMatchObject({ status: 'succeeded', startedAt, pipeline, counts: { scaled: 3 } });
    expect(manifest().resumed).toEqual([{ at: new Date(2030, 0, 1).toISOString() }]);
    expect(manifest()).not.toHaveProperty('error');
    expect(lines('skipped.jsonl')).toHaveLength(3);
    expect(lines('metrics.jsonl')).toHaveLength(3);
    expect(read('metrics.csv').trimEnd().split('\n')).toHaveLength(4);
    expect(lines('log.jsonl').length).toBeGreaterThan(logged + 3);
    expect(readdirSync(runFolder()).filter((name) => /tmp|new/.test(name))).toEqual([]);
  });

  it('keeps what it had where it fails earlier than before', async () => {
    await run(broken);
    const before = read('metrics.csv');
    await resume(CHAIN.replace('double: { uses: scale', () => 'double: { uses: scale, with: { fail-at: 1 }'));
    expect(manifest().status).toBe('failed');
    expect(read('metrics.csv')).toBe(before);
  });

  it('keeps its resolved pipeline where it cannot go on with another', async () => {
    await run(broken);
    const before = read('pipeline.resolved.yaml');
    const changed = defineStage({
      type: 'changed',
      summary: '',
      inputs: {},
      outputs: { numbers: NumberContract },
      options: Type.Object({}),
      create: () => () => {
        throw coreErrors.STATE_CHANGED({ stage: 'it', changes: ['options.by was 1, is 2'] });
      },
    });
    const bundled = { changed: async () => Promise.resolve(changed) };
    const events = await run('  it: { uses: changed }', { bundled }, { resume: runFolder() });
    expect(events.at(-1)).toMatchObject({ type: 'run-failed', error: { code: 'core/STATE_CHANGED' } });
    expect(read('pipeline.resolved.yaml')).toBe(before);
  });
});
