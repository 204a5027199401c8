import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadPipeline } from '../pipeline/load-pipeline.js';
import { numberStages } from '../testing/fixtures/number-stages.js';
import { runTests } from './run-tests.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'sluice-tests-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Problems of each test of a file. */
async function problemsOf(tests: string): Promise<readonly (readonly string[])[]> {
  const text = `sluice: 1
name: tested
stages:
  numbers: { uses: count, with: { to: 3 } }
  double: { uses: scale, in: { numbers: numbers }, with: { by: 2 } }
tests:
${tests}`;
  writeFileSync(join(folder, 'tested.yaml'), text);
  const plan = await loadPipeline('tested.yaml', { bundled: numberStages, cwd: folder });
  return (await runTests(plan)).map(({ problems }) => problems);
}

describe('tests of a pipeline file', () => {
  it("give a stage items, with the pipeline's options or their own", async () => {
    expect(
      await problemsOf(`
  - { stage: double, given: { numbers: [1, 2.5] }, expect: { numbers: [2, 5] } }
  - { stage: double, given: { numbers: [1] }, expect: { numbers: [10] }, options: { by: 10 } }
  - { stage: numbers, given: {}, expect: { numbers: [1, 2, 3] } }
  - { stage: double, given: { numbers: [] }, expect: { numbers: [] } }
`),
    ).toEqual([[], [], [], []]);
  });

  it('say what is wrong, and where it is expected', async () => {
    expect(
      await problemsOf(`
  - stage: double
    given: { numbers: [1, 2, 3] }
    expect: { numbers: [2, 5] }
`),
    ).toEqual([['numbers gave 3 items, not 2', 'tested.yaml:10:28 item 2 of numbers: is 4, not 5']]);
  });

  it('fail with what the stage threw', async () => {
    const test =
      '  - { stage: double, given: { numbers: [1, 2] }, expect: { numbers: [] }, options: { fail-at: 2 } }\n';
    expect(await problemsOf(test)).toEqual([['it failed: cannot scale 2']]);
  });
});
