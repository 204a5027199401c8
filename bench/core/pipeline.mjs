import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Type } from '@sinclair/typebox';
import { defineContract, defineStage, fromPull, loadPipeline, runPipeline } from '@sluice/core';
import { lastValueFrom, map } from 'rxjs';
import { median } from '../support/statistics.mjs';

const Item = defineContract('Item', 'A number.');

const count = defineStage({
  type: 'count',
  summary: 'Counts.',
  inputs: {},
  outputs: { items: Item },
  options: Type.Object({ to: Type.Integer() }),
  create:
    ({ to }) =>
    () => ({
      items: fromPull(function* () {
        for (let i = 0; i < to; i++) yield i;
      }),
    }),
});

const identity = defineStage({
  type: 'identity',
  summary: 'Passes items on.',
  inputs: { items: Item },
  outputs: { items: Item },
  options: Type.Object({}),
  create:
    () =>
    ({ items }) => ({ items: items.pipe(map((item) => item)) }),
});

/**
 * The chain as a pipeline file, from `runPipeline` to its last event: with run folder, manifest and log.
 * @param {{ items: number, stages: number, rounds: number }} size
 * @returns {Promise<number>} median of milliseconds
 */
export async function timePipeline({ items, stages, rounds }) {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-core-'));
  try {
    const chain = Array.from({ length: stages }, (_, i) => {
      return `  stage-${i}: { uses: identity, in: { items: ${i === 0 ? 'source' : `stage-${i - 1}`} } }`;
    });
    const lines = [
      'sluice: 1',
      'name: chain',
      'stages:',
      `  source: { uses: count, with: { to: ${items} } }`,
      ...chain,
    ];
    await writeFile(join(folder, 'chain.yaml'), lines.join('\n'));
    const bundled = { count: async () => count, identity: async () => identity };
    const plan = await loadPipeline(join(folder, 'chain.yaml'), { bundled });
    const times = [];
    for (let round = 0; round < rounds; round++) {
      const start = performance.now();
      const last = await lastValueFrom(runPipeline(plan, { runsDir: join(folder, 'runs') }));
      times.push(performance.now() - start);
      if (last.type !== 'run-finished') throw last.error;
    }
    return median(times);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
