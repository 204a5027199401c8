import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sluice } from '../testing/sluice.js';
import { tinyProject, type TinyProject } from '../testing/tiny-project.js';
import { runSweep, type RunSweepOptions } from './run-sweep.js';
import type { SweepDocument } from './sweep-document.js';

const text = `sluice: 1
name: tiny
vars: { fail: 0 }
stages:
  count: { uses: tiny-numbers, with: { fail-at: "\${vars.fail}" } }
matrix:
  stages.count.with.count: [2, 3]
  vars.fail: [0, 3]
`;

let project: TinyProject;
let file: string;
beforeAll(() => {
  project = tinyProject();
  file = project.write('sweep.yaml', text);
});
afterAll(() => project.remove());

let folders = 0;
const silent = { out: () => undefined, err: () => undefined, screen: undefined };
const begin = (more: Partial<RunSweepOptions> = {}) =>
  runSweep({
    cwd: project.folder,
    quiet: true,
    logLevel: 'error',
    terminal: silent,
    runsDir: `runs-${String(++folders)}`,
    ...more,
  });

const read = (folder: string): SweepDocument =>
  JSON.parse(readFileSync(path.join(folder, 'sweep.json'), 'utf8')) as SweepDocument;
const runsOf = (folder: string): Record<string, number> =>
  Object.fromEntries(
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => [name, readdirSync(path.join(folder, name)).length]),
  );

describe('a sweep', () => {
  it('runs every point in a folder of its own, and goes on where one fails', async () => {
    const { folder, document } = await begin({ file });
    expect(path.basename(folder)).toMatch(/^tiny-\d{8}-\d{6}$/);
    expect(document.points.map(({ name, status }) => [name, status])).toEqual([
      ['count=2,fail=0', 'succeeded'],
      ['count=2,fail=3', 'succeeded'],
      ['count=3,fail=0', 'succeeded'],
      ['count=3,fail=3', 'failed'],
    ]);
    expect(document.points[2]).toMatchObject({
      values: { 'stages.count.with.count': 3, 'vars.fail': 0 },
      metrics: { 'count.highest': 3 },
    });
    expect(document.points[3]!.error).toMatchObject({ stage: 'count', message: 'no further than 3' });
    expect(read(folder)).toEqual(document);
    for (const { name, run } of document.points) {
      expect(run).toMatch(new RegExp(`^${name}[\\\\/]tiny-`));
      expect(existsSync(path.join(folder, run!, 'manifest.json'))).toBe(true);
    }
  });

  it('writes a table of values and results', async () => {
    const { folder, document } = await begin({ file, set: ['vars.fail=3'] });
    const rows = readFileSync(path.join(folder, 'sweep.csv'), 'utf8').trim().split('\n');
    expect(rows[0]).toBe('point,stages.count.with.count,status,run,seconds,count.highest');
    expect(rows[1]).toMatch(/^count=2,2,succeeded,count=2\/tiny-[\d-]+,[\d.]+,2$/);
    expect(rows[2]).toBe(`count=3,3,failed,${document.points[1]!.run!},,`);
  });

  it('that is gone on with runs only what has not succeeded', async () => {
    const first = await begin({ file });
    const again = await begin({ folder: first.folder });
    expect(again.folder).toBe(first.folder);
    expect(runsOf(first.folder)).toEqual({
      'count=2,fail=0': 1,
      'count=2,fail=3': 1,
      'count=3,fail=0': 1,
      'count=3,fail=3': 2,
    });
    expect(again.document.points.slice(0, 3)).toEqual(first.document.points.slice(0, 3));
    expect(again.document.startedAt).toBe(first.document.startedAt);
  });

  it('that is gone on with runs again what has changed, and what has lost its files', async () => {
    const own = project.write('own.yaml', text.replace('[0, 3]', '[0]'));
    const first = await begin({ file: own });
    await begin({ folder: first.folder });
    expect(runsOf(first.folder)).toEqual({ 'count=2,fail=0': 1, 'count=3,fail=0': 1 });
    writeFileSync(own, `# a comment changes nothing\n${text.replace('[0, 3]', '[0]')}`);
    await begin({ folder: first.folder });
    expect(runsOf(first.folder)).toEqual({ 'count=2,fail=0': 1, 'count=3,fail=0': 1 });
    rmSync(path.join(first.folder, first.document.points[0]!.run!), { recursive: true });
    await begin({ folder: first.folder });
    expect(runsOf(first.folder)).toEqual({ 'count=2,fail=0': 1, 'count=3,fail=0': 1 });
    await begin({ folder: first.folder, set: ['seed=1'] });
    expect(runsOf(first.folder)).toEqual({ 'count=2,fail=0': 2, 'count=3,fail=0': 2 });
  });

  it('goes on with the profiles and overrides that it was begun with', async () => {
    const own = project.write('profiles.yaml', `${text}profiles: { short: { matrix: { vars.fail: [0] } } }\n`);
    const first = await begin({ file: own, profiles: ['short'], set: ['seed=4'] });
    const again = await begin({ folder: first.folder });
    expect(again.document).toEqual(first.document);
    expect(again.document.points).toHaveLength(2);
  });

  it('stops at a signal, and leaves the rest waiting', async () => {
    const controller = new AbortController();
    const err = (line: string): void => {
      if (line.startsWith('point 2')) setTimeout(() => controller.abort(new Error('SIGINT')), 50);
    };
    const { folder, document } = await begin({
      file,
      set: ['stages.count.with.wait=20', 'matrix={stages.count.with.count: [1, 1000, 2]}'],
      signal: controller.signal,
      quiet: false,
      terminal: { ...silent, err },
    });
    expect(document.points.map(({ status }) => status)).toEqual(['succeeded', 'cancelled', 'waiting']);
    const again = await begin({
      folder,
      set: ['matrix={stages.count.with.count: [1, 3, 2]}', 'stages.count.with.wait=20'],
    });
    expect(again.document.points.map(({ name, status }) => [name, status])).toEqual([
      ['count=1', 'succeeded'],
      ['count=3', 'succeeded'],
      ['count=2', 'succeeded'],
    ]);
    expect(runsOf(folder)['count=1']).toBe(1);
  });

  it('runs nothing where one point is wrong', async () => {
    const wrong = project.write('wrong.yaml', text.replace('[2, 3]', '[2, many]'));
    await expect(begin({ file: wrong, runsDir: 'never' })).rejects.toMatchObject({
      diagnostics: [{ code: 'wrong-type', line: 7, column: 32 }],
    });
    expect(existsSync(path.join(project.folder, 'never'))).toBe(false);
  });

  const request = { file: '/p.yaml', cwd: '/', profiles: [], set: [], selection: {} };
  it.each([
    ['', 'it cannot be read'],
    ['{"points": [', 'it cannot be read'],
    ['null', 'it has no request'],
    ['{"__proto__": {"polluted": 1}}', 'it has no request'],
    [JSON.stringify({ startedAt: '', request }), 'it has no list of points'],
    [JSON.stringify({ startedAt: '', request, points: [{ name: 'a' }] }), 'one of its points'],
  ])('refuses the record %j', async (record, reason) => {
    const folder = path.dirname(project.write('broken/sweep.json', record));
    await expect(begin({ folder })).rejects.toMatchObject({
      code: 'pipelines/BAD_SWEEP',
      message: expect.stringContaining(reason) as string,
    });
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('refuses a folder that is none', async () => {
    await expect(begin({ folder: 'nowhere' })).rejects.toMatchObject({ code: 'pipelines/BAD_SWEEP' });
  });
});

describe('the command', () => {
  const run = (...args: readonly string[]) =>
    sluice('run', ...args, '--runs-dir', path.join(project.folder, `runs-${String(++folders)}`));

  it('runs a sweep: a table on stdout, each point on stderr, exit code 1 where one failed', async () => {
    const { code, out, err } = await run(file);
    expect(code).toBe(1);
    expect(out).toContain('stages.count.with.count  vars.fail  status     count.highest\n');
    expect(out).toMatch(/^ +3 +3 {2}failed *$/m);
    expect(out).toMatch(/4 points, 3 succeeded; sweep folder .*tiny-/);
    expect(err).toContain('point 4 of 4: count=3,fail=3\n');
    expect(err).toMatch(
      /Point count=3,fail=3: stage "count" failed: no further than 3; the log is in .*count=3,fail=3/,
    );
    expect(await run(file, '--set', 'vars.fail=0', '--quiet', '--log-level', 'error')).toEqual({
      code: 0,
      out: '',
      err: '',
    });
  });

  it('prints a sweep as JSON', async () => {
    const { code, out } = await run(file, '--json');
    expect(JSON.parse(out)).toMatchObject({
      exitCode: code,
      pipeline: 'tiny',
      points: [{ status: 'succeeded' }, {}, {}, {}],
    });
  });

  it('chooses profiles, and says which there are', async () => {
    const own = project.write(
      'choose.yaml',
      `${text}profiles: { one: { matrix: null, stages: { count: { with: { count: 1 } } } } }\n`,
    );
    const { out } = await run(own, '--profile', 'one', '--json');
    expect(JSON.parse(out)).toMatchObject({ exitCode: 0, final: [{ values: { highest: 1 } }] });
    const { code, err } = await sluice('validate', own, '--profile', 'noe');
    expect(code).toBe(2);
    expect(err).toContain('did you mean "one"?');
    expect((await sluice('validate', own)).out).toContain('1 stage, 4 points, no problem found');
  });

  it('takes variables of the environment', async () => {
    process.env['SLUICE__STAGES__COUNT__WITH__COUNT'] = '5';
    try {
      const { out } = await run(project.pipeline, '--json');
      expect(JSON.parse(out)).toMatchObject({ final: [{ values: { highest: 5 } }] });
    } finally {
      delete process.env['SLUICE__STAGES__COUNT__WITH__COUNT'];
    }
  });

  it('prints the configuration, runs nothing, and what it prints runs', async () => {
    const runs = path.join(project.folder, 'unused');
    const args = [project.pipeline, '--set', 'stages.count.with.count=2', '--print-config'];
    const { code, out } = await sluice('run', ...args, '--runs-dir', runs);
    expect(code).toBe(0);
    expect(existsSync(runs)).toBe(false);
    expect(out).toContain('      count: 2 # --set\n');
    expect(out).toContain('      wait: 0 # default of tiny-numbers\n');
    expect((await sluice('validate', ...args)).out).toBe(out);
    const { code: again, out: json } = await run(project.write('printed.yaml', out), '--json');
    expect(again).toBe(0);
    expect(JSON.parse(json)).toMatchObject({ final: [{ values: { highest: 2 } }] });
  });

  it('prints the configuration as JSON, and that of a sweep point by point', async () => {
    const { out } = await sluice('validate', project.pipeline, '--print-config', '--json');
    const { config, origins } = JSON.parse(out) as { config: unknown; origins: readonly unknown[] };
    expect(config).toMatchObject({ name: 'tiny', stages: { count: { with: { wait: 0 } } } });
    expect(origins[0]).toMatchObject({ path: 'sluice', value: 1, line: 1, column: 9 });
    expect(origins).toContainEqual({ path: 'stages.count.with.wait', value: 0, origin: 'default of tiny-numbers' });
    const { out: points } = await sluice('validate', file, '--print-config', '--json');
    const names = (JSON.parse(points) as { points: readonly { name: string }[] }).points.map(({ name }) => name);
    expect(names).toEqual(['count=2,fail=0', 'count=2,fail=3', 'count=3,fail=0', 'count=3,fail=3']);
    const { out: yaml } = await sluice('run', file, '--print-config');
    const [, , , last = ''] = yaml.split(/^--- # .*\n/m).slice(1);
    expect(yaml).toContain('--- # count=3,fail=3\n');
    expect(await run(project.write('last.yaml', last), '--quiet')).toMatchObject({ code: 1 });
  });

  it('prints no configuration of a file that is wrong', async () => {
    const wrong = project.write('wrong-again.yaml', 'sluice: 1\n');
    for (const command of ['run', 'validate']) {
      const { code, out, err } = await sluice(command, wrong, '--print-config');
      expect([code, out]).toEqual([2, '']);
      expect(err).toContain('missing-key');
    }
  });
});
