import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sluice } from '../testing/sluice.js';
import { tinyProject, type TinyProject } from '../testing/tiny-project.js';

/** Squares numbers and keeps the squares; fails at `fail-at`. */
const squares = `
import { defineContract, definePureStage } from '@sluice/core';

const Whole = defineContract('Whole', 'A whole number.');

export const stage = definePureStage({
  type: 'squares',
  summary: 'Squares.',
  inputs: { numbers: Whole },
  outputs: { squares: Whole },
  options: {
    type: 'object',
    properties: {
      plus: { type: 'integer', default: 0 },
      'fail-at': { type: 'integer', default: 0, cacheKey: false },
    },
  },
  keeps: 'json',
  create: (options) => ({
    work: (number) => {
      if (number === options['fail-at']) throw new Error('no further than ' + number);
      return number * number + options.plus;
    },
    result: (_, { value }) => value,
  }),
});
`;

const pipeline = `sluice: 1
name: squares
stages:
  count: { uses: tiny-numbers, with: { count: 3 } }
  square: { uses: tiny-squares, in: { numbers: count } }
`;

let project: TinyProject;
beforeEach(() => {
  project = tinyProject();
  project.write('package.json', JSON.stringify({ sluice: { stages: ['tiny-numbers', 'tiny-squares'] } }));
  const manifest = { name: 'tiny-squares', version: '1.2.0', type: 'module', exports: './index.js' };
  project.write('node_modules/tiny-squares/package.json', JSON.stringify(manifest));
  project.write('node_modules/tiny-squares/index.js', squares);
  const numbers = path.join(project.folder, 'node_modules/tiny-numbers/index.js');
  const light = readFileSync(numbers, 'utf8').replace("summary: 'Counts.',", "summary: 'Counts.', light: true,");
  // Planning writes no file.
  project.write('node_modules/tiny-numbers/index.js', light.replace(/report\(\{ type: 'artifact'.*\n/, ''));
  project.write('pipeline.yaml', pipeline);
  vi.spyOn(process, 'cwd').mockReturnValue(project.folder);
});
afterEach(() => {
  vi.restoreAllMocks();
  project.remove();
});

const FILE = 'pipeline.yaml';

describe('sluice plan', () => {
  it('says before and after a run what there is to do', async () => {
    const before = await sluice('plan', FILE);
    expect(before).toMatchObject({ code: 0, err: '' });
    expect(before.out).toContain(
      'square  makes      3             0        3  no earlier run of this pipeline (3: 1, 2, 3)',
    );
    expect((await sluice('run', FILE, '--quiet')).code).toBe(0);
    const after = await sluice('plan', FILE);
    expect(after.out).toContain('square  has all      3             3        0');
    expect(after.out).toMatch(/Compared with run squares-\d{8}-\d{6}\.\n$/);
  });

  it('gives one JSON document', async () => {
    const { out } = await sluice('plan', FILE, '--json');
    expect(JSON.parse(out)).toMatchObject({
      pipeline: 'squares',
      stages: [
        { id: 'count', action: 'list', items: 3 },
        {
          id: 'square',
          action: 'make',
          hits: 0,
          misses: 3,
          key: { package: { name: 'tiny-squares', version: '1.2.0' } },
        },
      ],
    });
  });

  it('explains by a run that is named, and says when there is none', async () => {
    await sluice('run', FILE, '--quiet');
    await sluice('run', FILE, '--quiet', '--set', 'stages.square.with.plus=1');
    const runs = JSON.parse((await sluice('why', 'square', '--json')).out) as { versus: string; changes: unknown[] };
    expect(runs.changes).toEqual([{ what: 'option plus', before: 1, now: 0 }]);
    const { code, err } = await sluice('plan', FILE, '--vs', 'nothing');
    expect([code, err]).toEqual([2, expect.stringContaining('is called "nothing"; runs: squares-')]);
  });
});

describe('sluice why', () => {
  it('says what has changed, and what the results depend on', async () => {
    await sluice('run', FILE, '--quiet');
    const { code, out } = await sluice('why', 'square', FILE, '--set', 'stages.square.with.plus=5');
    expect(code).toBe(0);
    expect(out).toContain('square makes 3 of 3 results\n  because option plus changed: 0 -> 5 (3: 1, 2, 3)\n');
    expect(out).toMatch(/^ {2}package version +1\.2\.0$/m);
    expect(out).toMatch(/Since run squares-\S+\n {2}option plus changed: 0 -> 5\n$/);
    expect(out).not.toContain('fail-at');
  });

  it('takes the file of the latest run, and says when there is none', async () => {
    expect(await sluice('why', 'square')).toMatchObject({
      code: 2,
      err: expect.stringContaining('no pipeline file is named'),
    });
    await sluice('run', FILE, '--quiet');
    expect((await sluice('why', 'square')).out).toContain('square has all of its 3 results in the cache');
    expect((await sluice('why', 'count')).out).toContain('count lists 3 items; it costs nothing and is always done');
  });

  it('suggests a stage for one that is not there', async () => {
    const { code, err } = await sluice('why', 'squar', FILE);
    expect([code, err]).toEqual([2, expect.stringContaining('did you mean "square"?')]);
  });
});

describe('a part of a pipeline', () => {
  const counted = async (...args: readonly string[]) => {
    const { out } = await sluice('run', FILE, '--json', ...args);
    const { stages } = JSON.parse(out) as { stages: { id: string; counted: Record<string, number> }[] };
    return Object.fromEntries(stages.map(({ id, counted: counts }) => [id, counts]));
  };

  it('is run by --to, --only and --force', async () => {
    expect(await counted('--to', 'count')).toEqual({ count: {} });
    expect(await counted()).toMatchObject({ square: { 'squares made': 3 } });
    expect(await counted('--only', 'square')).toMatchObject({ square: { 'squares from the cache': 3 } });
    expect(await counted('--force')).toMatchObject({ square: { 'squares made': 3 } });
    expect(await counted('--force', 'square', '--from', 'count')).toMatchObject({ square: { 'squares made': 3 } });
  });

  it('is refused where a stage is not there', async () => {
    const { code, err } = await sluice('run', FILE, '--to', 'squar,count');
    expect([code, err]).toEqual([2, expect.stringContaining('there is no stage "squar"; did you mean "square"?')]);
  });
});

describe('an item that fails', () => {
  it('is named, and ends the run', async () => {
    const { code, err } = await sluice('run', FILE, '--set', 'stages.square.with.fail-at=2');
    expect(code).toBe(1);
    expect(err).toContain('core/ITEM_FAILED: item "2" failed\n  because no further than 2\n');
  });

  it('is left out and listed where the file says so, and can be worked on alone', async () => {
    const careful = '  square:\n    on-item-error: dead-letter\n    retry: { attempts: 2, backoff: 1ms }\n';
    project.write('careful.yaml', `extends: ./pipeline.yaml\nstages:\n${careful}`);
    const failing = await sluice('run', 'careful.yaml', '--set', 'stages.square.with.fail-at=2');
    expect(failing.code).toBe(0);
    expect(failing.out).toMatch(/^ {2}square +dead letter: Error +1$/m);
    const [run] = readdirSync(path.join(project.folder, 'runs'));
    const folder = path.join(project.folder, 'runs', run!);
    const [letter] = readFileSync(path.join(folder, 'dead-letters.jsonl'), 'utf8').trimEnd().split('\n');
    expect(JSON.parse(letter!)).toMatchObject({ stage: 'square', item: '2', attempts: 2 });

    const replayed = await sluice('run', 'careful.yaml', '--replay', 'latest', '--json');
    const { stages } = JSON.parse(replayed.out) as { stages: { id: string; counted: Record<string, number> }[] };
    expect(stages.find(({ id }) => id === 'square')?.counted).toEqual({ 'squares made': 1 });
  });

  it('has no dead letter to be worked on again', async () => {
    await sluice('run', FILE, '--set', 'stages.square.with.fail-at=2', '--quiet');
    const none = await sluice('run', FILE, '--replay', 'latest');
    expect([none.code, none.err]).toEqual([2, expect.stringContaining('gave up no item that can be worked on again')]);
    const nowhere = await sluice('run', FILE, '--replay', 'runs/nothing');
    expect([nowhere.code, nowhere.err]).toEqual([2, expect.stringContaining('runs/nothing')]);
  });
});
