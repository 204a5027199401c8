import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openContentStore, openRunReferences } from '@sluice/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sluice as runSluice } from '../testing/sluice.js';
import { tinyProject, type TinyProject } from '../testing/tiny-project.js';

let project: TinyProject;
let cache: string;
beforeEach(() => {
  project = tinyProject();
  cache = path.join(project.folder, 'cache');
});
afterEach(() => project.remove());

const sluice = (...args: readonly string[]) => runSluice(...args, ...(args.length > 1 ? ['--cache-dir', cache] : []));
const json = async (...args: readonly string[]): Promise<unknown> => JSON.parse((await sluice(...args, '--json')).out);

const keyOf = (name: string): string => createHash('sha256').update(name).digest('hex');
const pathOf = (name: string): string => path.join(cache, keyOf(name).slice(0, 2), keyOf(name).slice(2));

/** An entry of 100 kB that was used so many days ago. */
async function entry(name: string, daysAgo: number): Promise<void> {
  await openContentStore(cache).write(keyOf(name), new Uint8Array(99_960));
  const seconds = Date.now() / 1000 - daysAgo * 86_400;
  utimesSync(pathOf(name), seconds, seconds);
}

/** A run folder that refers to an entry. */
async function run(name: string, to: string): Promise<string> {
  const folder = path.join(project.folder, 'runs', name);
  mkdirSync(folder, { recursive: true });
  await openRunReferences(cache, folder).add(keyOf(to));
  return folder;
}

describe('sluice cache ls', () => {
  it('says where the cache is, what it holds and which runs keep it', async () => {
    await entry('old', 3);
    await entry('new', 1);
    const folder = await run('a', 'old');
    const { code, out, err } = await sluice('cache', 'ls', '--keys');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(`cache  ${cache}\nholds  2 entries, 200 kB\n`);
    expect(out).toMatch(/kept by run +entries +size\n\S+runs.a +1 +100 kB\n/);
    expect(out.indexOf(keyOf('new'))).toBeLessThan(out.indexOf(keyOf('old')));
    expect(await json('cache', 'ls', '--keys')).toMatchObject({
      cache,
      entries: 2,
      bytes: 200_000,
      runs: [{ folder, entries: 1, bytes: 100_000 }],
      temporary: { entries: 0 },
      keys: [
        { key: keyOf('new'), runs: [] },
        { key: keyOf('old'), runs: [folder] },
      ],
    });
  });

  it('is content where there is no cache yet', async () => {
    const { code, out } = await sluice('cache', 'ls');
    expect(code).toBe(0);
    expect(out).toBe(`cache  ${cache}\nholds  0 entries, 0 B\n\nNo run keeps any of it.\n`);
    expect(existsSync(cache)).toBe(false);
  });

  it('refuses a file in the place of the cache', async () => {
    writeFileSync(cache, '');
    const { code, err } = await sluice('cache', 'ls');
    expect(code).toBe(3);
    expect(err).toMatch(/^core\/STORE_FAILED: the content store could not list .*cache: ENOTDIR/);
  });
});

describe('sluice cache gc', () => {
  it('removes what was not used for longest, down to the size', async () => {
    for (const [name, days] of [
      ['a', 1],
      ['b', 3],
      ['c', 2],
    ] as const)
      await entry(name, days);
    const dry = await sluice('cache', 'gc', '--max-size', '250kB', '--dry-run');
    expect(dry.out).toContain(`cache  ${cache}\nwould remove 1 entry, 100 kB\nwould keep 2 entries, 200 kB`);
    expect(existsSync(pathOf('b'))).toBe(true);
    expect(await json('cache', 'gc', '--max-size', '250kB')).toMatchObject({
      cache,
      dryRun: false,
      removed: { entries: 1, bytes: 100_000, keys: [keyOf('b')] },
      kept: { entries: 2 },
    });
    expect(['a', 'b', 'c'].map((name) => existsSync(pathOf(name)))).toEqual([true, false, true]);
  });

  it('removes what was not used for so long', async () => {
    await entry('a', 29);
    await entry('b', 31);
    expect((await sluice('cache', 'gc', '--older-than', '30d')).out).toContain('removed 1 entry, 100 kB\n');
    expect(existsSync(pathOf('a'))).toBe(true);
  });

  it('keeps what a run refers to until its folder is gone, and says so', async () => {
    await entry('a', 1);
    const folder = await run('first', 'a');
    const { code, out, err } = await sluice('cache', 'gc', '--max-size', '0');
    expect(code).toBe(0);
    expect(out).toContain('removed 0 entries, 0 B\nkept 1 entry, 100 kB; runs refer to 1 entry, 100 kB\n');
    expect(err).toContain('100 kB more than asked for: runs keep it');
    rmSync(folder, { recursive: true });
    expect((await sluice('cache', 'gc', '--max-size', '0')).out).toContain(`forgot the run ${folder}`);
    expect(existsSync(pathOf('a'))).toBe(false);
  });

  it.each([
    [['cache'], /Usage: sluice cache/],
    [['cache', 'gc'], /say what may go/],
    [['cache', 'gc', '--max-size', '20 GB/s'], /It must be a size such as 20GB/],
    [['cache', 'gc', '--max-size', '-1'], /It must be a size/],
    [['cache', 'gc', '--older-than', '30'], /It must be a time such as 30d/],
    [['cache', 'clear'], /unknown command/],
  ] as const)('%j is wrong usage', async (args, message) => {
    await entry('a', 1);
    const { code, out, err } = await sluice(...args);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(message);
    expect(existsSync(pathOf('a'))).toBe(true);
  });
});

describe('sluice cache verify', () => {
  it('lists what is damaged with exit code 1, and repairs it when told to', async () => {
    await entry('a', 1);
    await entry('b', 1);
    expect(await sluice('cache', 'verify')).toMatchObject({
      code: 0,
      out: `cache  ${cache}\n0 of 2 entries (200 kB) damaged\n`,
      err: '',
    });
    writeFileSync(pathOf('b'), readFileSync(pathOf('b')).fill(1, 500, 501));
    const { code, out, err } = await sluice('cache', 'verify');
    expect(code).toBe(1);
    expect(out).toContain(`damaged  ${pathOf('b')}\n1 of 2 entries (200 kB) damaged\n`);
    expect(err).toContain('--repair');
    const damaged = [{ key: keyOf('b'), path: pathOf('b'), bytes: 100_000 }];
    expect(await json('cache', 'verify')).toEqual({ cache, entries: 2, bytes: 200_000, damaged, repaired: false });
    expect(await sluice('cache', 'verify', '--repair')).toMatchObject({ code: 0, err: '' });
    expect(await json('cache', 'verify')).toMatchObject({ entries: 1, damaged: [] });
  });
});

describe('a run', () => {
  const stage = `
import { CONTENT_STORE, canonicalDigest, defineContract, defineStage, fromPull } from '@sluice/core';
export const keeper = defineStage({
  type: 'keeper', summary: 'Keeps a word.', inputs: {}, outputs: { words: defineContract('Word', 'A word.') },
  options: { type: 'object', additionalProperties: false, properties: {} },
  services: { store: CONTENT_STORE },
  create: (_options, { store }) => () => ({
    words: fromPull(async function* () {
      await store.write(canonicalDigest('word'), Buffer.from('word'));
      yield 'word';
    }),
  }),
});
`;

  it('keeps what it has used in the cache as long as its folder is there', async () => {
    project.write('package.json', JSON.stringify({ name: 'tiny', sluice: { stages: ['tiny-keeper'] } }));
    project.write(
      'node_modules/tiny-keeper/package.json',
      JSON.stringify({ name: 'tiny-keeper', version: '1.0.0', type: 'module', exports: './index.js' }),
    );
    project.write('node_modules/tiny-keeper/index.js', stage);
    const file = project.write('keeper.yaml', 'sluice: 1\nname: keeper\nstages:\n  keep: { uses: tiny-keeper }\n');
    const runs = path.join(project.folder, 'runs');
    const { out } = await sluice('run', file, '--runs-dir', runs, '--json');
    const { folder } = JSON.parse(out) as { folder: string };
    expect(await json('cache', 'gc', '--max-size', '0')).toMatchObject({ removed: { entries: 0 } });
    expect(await json('cache', 'ls')).toMatchObject({ entries: 1, runs: [{ folder, entries: 1 }] });
    rmSync(folder, { recursive: true });
    expect(await json('cache', 'gc', '--max-size', '0')).toMatchObject({ removed: { entries: 1 }, goneRuns: [folder] });
  });
});
