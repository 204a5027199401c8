import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Type } from '@sinclair/typebox';
import { describe, expect, it } from 'vitest';
import { coreErrors } from '../errors/core-errors.js';
import { defineStage } from '../stage/define-stage.js';
import { CHAIN, numberRuns } from '../testing/fixtures/number-runs.js';
import { NumberContract } from '../testing/fixtures/number-stages.js';

const { folder, run, runFolder, read, manifest, lines } = numberRuns();

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
    expect(readdirSync(join(folder(), 'runs'))).toHaveLength(1);
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
