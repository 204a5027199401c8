import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import type { Manifest } from '@sluice/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sluice } from '../testing/sluice.js';
import { tinyProject, type TinyProject } from '../testing/tiny-project.js';

let project: TinyProject;
let runsDir: string;
let names: readonly string[];

const run = (...set: readonly string[]) =>
  sluice('run', project.pipeline, '--quiet', '--runs-dir', runsDir, ...set.flatMap((each) => ['--set', each]));
const runs = (...args: readonly string[]) => sluice('runs', ...args, '--runs-dir', runsDir);

/** A folder beside the runs, with a changed manifest of one of them, or with any file. */
function foreign(name: string, manifest: Partial<Manifest> | string | undefined): void {
  mkdirSync(path.join(runsDir, name));
  const whole = JSON.parse(readFileSync(path.join(runsDir, names[0]!, 'manifest.json'), 'utf8')) as Manifest;
  const text = typeof manifest === 'string' ? manifest : JSON.stringify({ ...whole, ...manifest });
  if (manifest !== undefined) writeFileSync(path.join(runsDir, name, 'manifest.json'), text);
}

beforeAll(async () => {
  project = tinyProject();
  runsDir = path.join(project.folder, 'runs');
  await run();
  await run('stages.count.with.count=5', 'seed=7');
  await run('stages.count.with.fail-at=2');
  names = readdirSync(runsDir);
  const started = { startedAt: '2020-01-01T00:00:00.000Z', status: 'running' as const };
  foreign('old-gone', { ...started, process: { pid: 2 ** 22 + 1, host: hostname() } });
  foreign('old-elsewhere', { ...started, process: { pid: 1, host: 'elsewhere.invalid' } });
  foreign('old-escapes', {
    startedAt: '2020-01-01T00:00:00.000Z',
    pipeline: { name: '\u001b[31mred', file: '', sha256: '' },
  });
  foreign('empty', undefined);
  foreign('torn', '{"run": "x"');
  writeFileSync(path.join(runsDir, 'a-file'), '');
  symlinkSync(path.join(project.folder, 'nowhere'), path.join(runsDir, 'dangling'));
});
afterAll(() => project.remove());

describe('runs ls', () => {
  it('lists runs newest first, with how they ended and their score', async () => {
    const { code, out, err } = await runs('ls');
    expect(code).toBe(0);
    expect(out).toMatch(/^run +status +started +time +pipeline +result\n/);
    expect(out.split('\n')[1]).toMatch(/^tiny-\S+ +failed +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +\d\.\d\d s +tiny$/);
    expect(out.split('\n')[2]).toMatch(/ succeeded .* tiny +highest 5$/);
    expect(out).not.toContain('\u001b');
    expect(err.trim().split('\n').sort()).toEqual([
      expect.stringMatching(/dangling" is no run: it has no manifest/),
      expect.stringMatching(/empty" is no run: it has no manifest/),
      expect.stringMatching(/torn" is no run: manifest.json is not JSON/),
    ]);
  });

  it('says `interrupted` of a run whose process is gone, and believes what it cannot check', async () => {
    const { out } = await runs('ls', '--json');
    const { runs: all, unreadable } = JSON.parse(out) as { runs: { run: string; status: string }[]; unreadable: [] };
    const status = Object.fromEntries(all.map((each) => [each.run, each.status]));
    expect(status).toMatchObject({ 'old-gone': 'interrupted', 'old-elsewhere': 'running' });
    expect(unreadable).toHaveLength(3);
  });

  it('says that there are none', async () => {
    const none = path.join(project.folder, 'none');
    expect(await sluice('runs', 'ls', '--runs-dir', none)).toEqual({
      code: 0,
      out: '',
      err: `there are no runs in ${none}\n`,
    });
    expect(existsSync(none)).toBe(false);
    const { out } = await sluice('runs', 'ls', '--runs-dir', none, '--json');
    expect(JSON.parse(out)).toEqual({ runs: [], unreadable: [] });
  });
});

describe('runs show', () => {
  it('shows times, counts, scores, files and what the run was made with', async () => {
    const { code, out } = await runs('show', names[1]!);
    expect(code).toBe(0);
    expect(out).toMatch(/^run +tiny-.*\nstatus +succeeded\n/);
    expect(out).toMatch(/\nseed +7\n/);
    expect(out).toContain('Stages\n  stage  items  time\n  count');
    expect(out).toContain('Result\n  stage  highest\n  count        5\n');
    expect(out).toContain('numbers.txt');
  });

  it('shows the error of a run that failed', async () => {
    const { out } = await runs('show', 'latest');
    expect(out).toMatch(/\nerror +stage "count": no further than 2\n/);
    expect(out).toMatch(/count +failed/);
  });

  it('finds a run by name, path and latest alike', async () => {
    const latest = await runs('show', 'latest');
    expect(await runs('show', names[2]!)).toEqual(latest);
    expect(await sluice('runs', 'show', path.join(runsDir, names[2]!))).toEqual(latest);
    expect((await runs('show', 'old-g')).out).toContain('interrupted');
  });

  it.each([
    ['tiny', 'pipelines/AMBIGUOUS_RUN', /beginning of 3 runs: tiny-/],
    ['old-gnoe', 'pipelines/NO_RUN', /did you mean "old-gone"/],
    ['', 'pipelines/NO_RUN', /no run in/],
    ['torn', 'pipelines/BAD_RUN', /torn.*manifest.json is not JSON/],
    ['../..', 'pipelines/BAD_RUN', /no manifest.json/],
  ])('of %j is %s', async (word, errorCode, message) => {
    const { code, out, err } = await runs('show', word);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(errorCode);
    expect(err).toMatch(message);
  });
});

describe('runs diff', () => {
  it('names options and seed that differ, and puts scores side by side', async () => {
    const { code, out } = await runs('diff', names[0]!, names[1]!);
    expect(code).toBe(0);
    expect(out).toMatch(/Pipeline\n.*\n {2}stages\.count\.with\.count +3 +5\n {2}seed +0 +7\n/);
    expect(out).toContain('Environment: the same');
    expect(out).toMatch(/Result\n.*\n {2}count +highest +3 +5 +\+2\n/);
  });

  it('is one document with --json', async () => {
    const { out } = await runs('diff', names[0]!, 'latest', '--json');
    expect(JSON.parse(out)).toMatchObject({
      a: names[0],
      b: names[2],
      pipeline: [{ name: 'stages.count.with.fail-at', a: 0, b: 2 }],
      metrics: [{ row: 'count', name: 'highest', a: 3 }],
    });
  });

  it('says which run has lost its pipeline file', async () => {
    const { code, err } = await runs('diff', names[0]!, 'old-gone');
    expect(code).toBe(2);
    expect(err).toMatch(/old-gone can't be read.*pipeline\.resolved\.yaml/);
  });
});
