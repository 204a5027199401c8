import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { of } from 'rxjs';
import { runGraph } from './run-graph.js';
import { watchStandstill } from './watch-standstill.js';

const built = new URL('../../dist/index.js', import.meta.url);

describe('a run that stands still', () => {
  // The join listens to its second input when the first has ended; but the source of both waits for room on the second.
  it.skipIf(!existsSync(built)).each(['concat(a, b)', 'a.pipe(toArray(), switchMap(() => b))'])(
    'fails and names the edges that items wait on, where Node has nothing left to do: %s',
    async (join) => {
      const script = `
import { mkdtempSync, writeFileSync } from 'node:fs';
import { Type } from '@sinclair/typebox';
import { concat, switchMap, toArray } from 'rxjs';
import { defineContract, defineStage, fromPull, loadPipeline, runPipeline } from ${JSON.stringify(built.href)};
const N = defineContract('N', '');
const count = defineStage({ type: 'count', summary: '', inputs: {}, outputs: { n: N }, options: Type.Object({}),
  create: () => () => ({ n: fromPull(function* () { for (let i = 0; i < 100; i++) yield i; }) }) });
const join = defineStage({ type: 'join', summary: '', inputs: { a: N, b: N }, outputs: { n: N }, options: Type.Object({}),
  create: () => ({ a, b }) => ({ n: ${join} }) });
const dir = mkdtempSync('/tmp/sluice-standstill-');
writeFileSync(dir + '/p.yaml', 'sluice: 1\\nname: t\\nstages:\\n  s: { uses: count }\\n  j: { uses: join, in: { a: s, b: s } }\\n');
const plan = await loadPipeline(dir + '/p.yaml', { bundled: { count: async () => count, join: async () => join } });
runPipeline(plan, { runsDir: dir }).subscribe({ next: (e) => e.type === 'run-failed' && console.log(e.error.code, e.error.message) });`;
      const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
        cwd: new URL('../..', import.meta.url),
        timeout: 20_000,
      });
      expect(stdout).toContain('core/DEADLOCK');
      expect(stdout).toContain('Items wait on s.n -> j.b');
    },
  );

  it('is no longer watched once the watch has ended', () => {
    const before = process.listenerCount('beforeExit');
    const quiet = (): void => undefined;
    const graph = runGraph([{ id: 'a', inputs: {}, feedback: new Set(), connect: () => ({ o: of(1) }) }]);
    const end = watchStandstill(graph, { debug: quiet, info: quiet, warn: quiet, error: quiet }, quiet);
    expect(process.listenerCount('beforeExit')).toBe(before + 1);
    end();
    expect(process.listenerCount('beforeExit')).toBe(before);
  });
});
