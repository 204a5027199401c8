import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { selectStages } from '../pipeline/select-stages.js';
import type { PipelinePlan } from '../pipeline/plan.js';
import { changed, keptProject, PIPELINE } from '../testing/fixtures/kept-project.js';
import { worked } from '../testing/fixtures/kept-stages.js';
import { planRun, type PlanRunOptions } from './plan-run.js';

let project: ReturnType<typeof keptProject>;
beforeEach(() => (project = keptProject()));
afterEach(() => project.remove());

/** `id: action hits/misses because ...` of each stage. */
async function planned(plan: PipelinePlan, options: Partial<PlanRunOptions> = {}): Promise<readonly string[]> {
  worked.length = 0;
  const versus = await project.latest();
  const { stages } = await planRun(plan, { container: project.container, ...(versus && { versus }), ...options });
  expect(worked).toEqual([]);
  return stages.map(({ id, action, hits, misses, reasons }) => {
    const why = reasons.map(({ reason, examples }) => [reason, ...examples].join(' | '));
    return [`${id}: ${action} ${String(hits)}/${String(misses)}`, ...why].join(' because ');
  });
}

describe('a plan of a run', () => {
  it('says before the first run what is to be made', async () => {
    expect(await planned(await project.load())).toEqual([
      'list: list 0/0',
      'power: make 0/3 because no earlier run of this pipeline | a | b | c',
      'shift: wait 0/0 because power makes more items first',
      'report: run 0/0 because it sees its streams whole or writes files',
    ]);
  });

  it('says after it that all is there', async () => {
    const plan = await project.load();
    await project.run(plan);
    expect(await planned(plan)).toEqual([
      'list: list 0/0',
      'power: cache 3/0',
      'shift: cache 3/0',
      'report: run 0/0 because it sees its streams whole or writes files',
    ]);
  });

  it('says which option, version or environment changed, from what to what', async () => {
    const plan = await project.load();
    await project.run(plan);
    const [, power] = await planned(await project.load(PIPELINE, ['stages.power.with.exponent=3']));
    expect(power).toBe(
      'power: make 0/3 because option exponent changed: 2 -> 3; environment method changed: product -> loop | a | b | c',
    );
    const newer = changed(plan, 'power', { package: { name: '@test/power', version: '2.0.0' } });
    expect((await planned(newer))[1]).toBe(
      'power: make 0/3 because package version changed: 1.0.0 -> 2.0.0 | a | b | c',
    );
  });

  it('says which items are new or changed, and that the rest is there', async () => {
    await project.run(await project.load());
    const list = 'stages.list.with.entries={ a: 1, b: 20, c: 3, d: 40 }';
    expect((await planned(await project.load(PIPELINE, [list]))).slice(1, 3)).toEqual([
      'power: make 2/2 because the item itself changed | b because new: not among the items of run kept-20260101-000000 | d',
      'shift: wait 2/0 because power makes more items first',
    ]);
  });

  it('says that an entry is gone', async () => {
    const plan = await project.load();
    await project.run(plan);
    for (const file of project.entries()) rmSync(file);
    expect((await planned(plan))[1]).toBe('power: make 0/3 because its result is no longer in the cache | a | b | c');
  });

  it('says what is forced, and leaves out what does not run', async () => {
    const plan = await project.load();
    await project.run(plan);
    const selected = selectStages(plan, { to: ['shift'], force: ['shift'] });
    expect(await planned(selected.plan, { reuse: selected.reuse })).toEqual([
      'list: list 0/0',
      'power: cache 3/0',
      'shift: make 0/3 because forced | a | b | c',
    ]);
  });

  it('needs no store and no earlier run', async () => {
    const plan = await project.load();
    const { stages, versus } = await planRun(plan);
    expect(versus).toBeUndefined();
    expect(stages.map(({ action }) => action)).toEqual(['list', 'wait', 'wait', 'run']);
  });
});
