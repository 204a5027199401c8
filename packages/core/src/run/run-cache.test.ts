import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { selectStages } from '../pipeline/select-stages.js';
import { changed, keptProject, PIPELINE } from '../testing/fixtures/kept-project.js';

let project: ReturnType<typeof keptProject>;
beforeEach(() => (project = keptProject()));
afterEach(() => project.remove());

const ALL = ['power a', 'power b', 'power c', 'shift a', 'shift b', 'shift c'];
const TEXT = 'a=2 b=5 c=10';

describe('a run after a run', () => {
  it('does no work that was done before', async () => {
    const plan = await project.load();
    const first = await project.run(plan);
    const second = await project.run(plan);
    expect([first.worked, first.text]).toEqual([ALL, TEXT]);
    expect([second.worked, second.text]).toEqual([[], TEXT]);
    expect(second.manifest.stages['power']).toMatchObject({
      cache: { hits: 3, misses: 0 },
      counts: { 'powers from the cache': 3 },
      key: { stage: 'power', package: { name: '@test/power', version: '1.0.0' }, options: { exponent: 2 } },
    });
    const lines = readFileSync(join(second.folder, 'items.jsonl'), 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(6);
    const records = lines.map((line) => JSON.parse(line) as unknown);
    expect(records).toContainEqual(expect.objectContaining({ stage: 'power', item: 'a', outcome: 'hit' }));
  });

  it('redoes just what depends on a changed option', async () => {
    const plan = await project.load();
    await project.run(plan);
    const { worked, text } = await project.run(await project.load(PIPELINE, ['stages.shift.with.by=10']));
    expect([worked, text]).toEqual([['shift a', 'shift b', 'shift c'], 'a=11 b=14 c=19']);
  });

  it('redoes only the item that changed, and knows one again under another name', async () => {
    await project.run(await project.load());
    const list = 'stages.list.with.entries';
    const other = await project.run(await project.load(PIPELINE, [`${list}={ a: 1, b: 5, renamed: 3 }`]));
    // `shift` keeps whole entries, the name included.
    expect([other.worked, other.text]).toEqual([['power b', 'shift b', 'shift renamed'], 'a=2 b=26 renamed=10']);
  });

  it('stops at a result that comes out the same', async () => {
    const plan = await project.load(PIPELINE, ['stages.list.with.entries={ a: 1 }']);
    await project.run(plan);
    const again = await project.load(PIPELINE, [
      'stages.list.with.entries={ a: 1 }',
      'stages.power.with.exponent=7', // 1 ** 7 is 1, too
    ]);
    expect((await project.run(again)).worked).toEqual(['power a']);
  });

  it('minds another version of the package, but not another concurrency', async () => {
    const plan = await project.load();
    await project.run(plan);
    const newer = changed(plan, 'power', { package: { name: '@test/power', version: '1.0.1' } });
    expect((await project.run(newer)).worked).toEqual(['power a', 'power b', 'power c']);
    const wider = await project.load(PIPELINE, ['stages.power.with.together=8']);
    expect((await project.run(wider)).worked).toEqual([]);
  });

  it('never uses a damaged entry', async () => {
    const plan = await project.load();
    await project.run(plan);
    for (const file of project.entries()) {
      const bytes = readFileSync(file);
      bytes[bytes.length - 1]! ^= 1;
      writeFileSync(file, bytes);
    }
    const { worked, text } = await project.run(plan);
    expect([worked, text]).toEqual([ALL, TEXT]);
    expect((await project.run(plan)).worked).toEqual([]);
  });

  it('gives the same bytes at every concurrency', async () => {
    const contents = [];
    for (const together of [1, 2, 4, 8]) {
      const each = keptProject();
      const { text } = await each.run(await each.load(PIPELINE, [`stages.power.with.together=${String(together)}`]));
      const files = each.entries().map((file) => [file.slice(each.folder.length), readFileSync(file, 'hex')]);
      contents.push(JSON.stringify([text, files.sort()]));
      each.remove();
    }
    expect(new Set(contents).size).toBe(1);
  });
});

describe('parts of a pipeline', () => {
  it('are made anew when forced', async () => {
    const whole = await project.load();
    await project.run(whole);
    const some = selectStages(whole, { force: ['shift'] });
    expect((await project.run(some.plan, some.reuse)).worked).toEqual(['shift a', 'shift b', 'shift c']);
    const all = selectStages(whole, { force: true });
    expect((await project.run(all.plan, all.reuse)).worked).toEqual(ALL);
  });

  it('run up to a stage', async () => {
    const { plan, reuse } = selectStages(await project.load(), { to: ['power'] });
    const { worked, manifest, text } = await project.run(plan, reuse);
    expect([worked, Object.keys(manifest.stages), text]).toEqual([ALL.slice(0, 3), ['list', 'power'], undefined]);
  });

  it('run one stage only where all before it is there', async () => {
    const whole = await project.load();
    const { plan, reuse } = selectStages(whole, { only: ['shift'] });
    const refused = await project.run(plan, reuse);
    expect(refused.failed).toMatchObject({ stage: 'power', error: { cause: { code: 'core/NOT_IN_CACHE' } } });
    expect(refused.worked).toEqual([]);
    const before = selectStages(whole, { to: ['power'] });
    await project.run(before.plan, before.reuse);
    expect((await project.run(plan, reuse)).worked).toEqual(['shift a', 'shift b', 'shift c']);
  });

  it('are found by name only', async () => {
    const whole = await project.load();
    expect(() => selectStages(whole, { to: ['powr'] })).toThrow('there is no stage "powr"; did you mean "power"?');
  });
});

describe('dead letters', () => {
  const failing = (plan: Awaited<ReturnType<typeof project.load>>) =>
    changed(plan, 'power', {
      options: { ...plan.stages[1]!.options, failures: ['b'] },
      execution: { onItemError: 'dead-letter' },
    });

  it('are listed and counted, and the rest goes on', async () => {
    const { text, failed, manifest, folder } = await project.run(failing(await project.load()));
    expect([text, failed]).toEqual(['a=2 c=10', undefined]);
    expect(manifest.stages['power']).toMatchObject({ deadLetters: 1, skipped: { 'dead letter: RangeError': 1 } });
    const [letter] = readFileSync(join(folder, 'dead-letters.jsonl'), 'utf8').trimEnd().split('\n');
    expect(JSON.parse(letter!)).toMatchObject({
      stage: 'power',
      item: 'b',
      attempts: 1,
      error: { name: 'RangeError', message: 'cannot raise b' },
    });
  });

  it('are worked on again by the next run, and alone by a replay', async () => {
    const plan = await project.load();
    const { folder } = await project.run(failing(plan));
    const { digest } = JSON.parse(readFileSync(join(folder, 'dead-letters.jsonl'), 'utf8')) as { digest: string };
    const replayed = await project.run(plan, { replay: new Map([['power', new Set([digest])]]) });
    expect([replayed.worked, replayed.text]).toEqual([['power b', 'shift b'], 'b=5']);
    expect((await project.run(plan)).text).toBe(TEXT);
  });
});
