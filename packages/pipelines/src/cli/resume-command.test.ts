import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sluice as runSluice } from '../testing/sluice.js';
import { tinyProject, type TinyProject } from '../testing/tiny-project.js';

let project: TinyProject;
/** Outside the project: packages are found all the same. */
const runsDir = mkdtempSync(path.join(tmpdir(), 'sluice-resumed-runs-'));
beforeAll(() => {
  project = tinyProject();
});
afterEach(() => {
  for (const name of readdirSync(runsDir)) rmSync(path.join(runsDir, name), { recursive: true });
});
afterAll(() => {
  project.remove();
  rmSync(runsDir, { recursive: true });
});

const sluice = (command: 'run' | 'resume', ...args: readonly string[]) =>
  runSluice(command, '--runs-dir', runsDir, ...args);

const fails = ['--set', 'stages.count.with.fail-at=3'];
const mended = ['--set', 'stages.count.with.fail-at=0'];
const begin = async (...args: readonly string[]): Promise<string> => {
  const before = new Set(readdirSync(runsDir));
  await sluice('run', project.pipeline, ...args);
  return readdirSync(runsDir).find((name) => !before.has(name))!;
};
const manifestOf = (run: string) => path.join(runsDir, run, 'manifest.json');
const read = (run: string) => JSON.parse(readFileSync(manifestOf(run), 'utf8')) as Record<string, unknown>;
const edit = (run: string, change: object): void =>
  writeFileSync(manifestOf(run), JSON.stringify({ ...read(run), ...change }));

describe('sluice resume', () => {
  it('goes on with the latest run that did not succeed, in its folder', async () => {
    const run = await begin(...fails, '--threads', '1');
    await begin();
    const { code, out } = await sluice('resume', ...mended);
    expect(code).toBe(0);
    expect(out).toContain('highest\n  count        3');
    expect(readdirSync(runsDir)).toHaveLength(2);
    expect(read(run)).toMatchObject({
      status: 'succeeded',
      resumed: [{}],
      pipeline: { file: project.pipeline },
      facts: { threads: 1 },
    });
  });

  it('fails as the run did where nothing has changed, and can be resumed again', async () => {
    const run = await begin(...fails);
    expect(await sluice('resume')).toMatchObject({ code: 1 });
    expect(await sluice('resume', ...mended)).toMatchObject({ code: 0 });
    expect(read(run)).toMatchObject({ status: 'succeeded', resumed: [{}, {}] });
  });

  it('takes a name, its beginning, or the folder', async () => {
    for (const word of [
      (run: string) => run,
      (run: string) => run.slice(0, 8),
      (run: string) => path.join(runsDir, run),
    ]) {
      const run = await begin(...fails);
      expect(await sluice('resume', word(run), ...mended)).toMatchObject({ code: 0 });
      expect(read(run)).toMatchObject({ status: 'succeeded' });
      rmSync(path.join(runsDir, run), { recursive: true });
    }
  });

  it('does nothing where the run, or every run, has succeeded', async () => {
    const run = await begin();
    const before = readFileSync(manifestOf(run), 'utf8');
    expect(await sluice('resume', run)).toEqual({
      code: 0,
      out: '',
      err: `the run ${run} has succeeded: nothing to resume\n`,
    });
    expect((await sluice('resume')).err).toContain('every run');
    const { out } = await sluice('resume', '--json');
    expect(JSON.parse(out)).toEqual({ exitCode: 0, run: null });
    expect(readFileSync(manifestOf(run), 'utf8')).toBe(before);
  });

  it.each([
    ['pipelines/NO_RUN', []],
    ['pipelines/NO_RUN', ['nothing']],
    ['pipelines/BAD_RUN', ['.']],
    ['pipelines/RESUME_VARIABLE', ['--set', 'vars.epochs=3']],
  ])('ends with code 2 and %s for %j', async (error, args) => {
    const { code, err, out } = await sluice('resume', ...args, '--json');
    expect(code).toBe(2);
    expect(err).toContain(error);
    expect(JSON.parse(out)).toMatchObject({ exitCode: 2, error: { code: error } });
  });

  it('asks for more where several runs begin so', async () => {
    await begin(...fails);
    await begin(...fails);
    expect(await sluice('resume', 'tiny')).toMatchObject({
      code: 2,
      err: expect.stringContaining('pipelines/AMBIGUOUS_RUN') as string,
    });
  });

  it('refuses a run that is still running, and goes on with one whose process is gone', async () => {
    const run = await begin(...fails);
    const { process: mark } = read(run);
    edit(run, { status: 'running' });
    expect(await sluice('resume', ...mended)).toMatchObject({
      code: 2,
      err: expect.stringContaining(`process ${String(process.pid)}`) as string,
    });
    edit(run, { process: { ...(mark as object), pid: 2 ** 22 + 1 } });
    expect(await sluice('resume', ...mended)).toMatchObject({ code: 0 });
  });

  it('takes over from another machine only when told to', async () => {
    const run = await begin(...fails);
    edit(run, { status: 'running', process: { pid: 1, host: 'elsewhere' } });
    const { code, err } = await sluice('resume', ...mended);
    expect(code).toBe(2);
    expect(err).toContain('--take-over');
    expect(await sluice('resume', '--take-over', ...mended)).toMatchObject({ code: 0 });
  });

  it('says where an option of the file is wrong, and leaves the run as it was', async () => {
    const run = await begin(...fails);
    const before = readFileSync(manifestOf(run), 'utf8');
    expect(await sluice('resume', '--set', 'stages.count.with.count=0')).toMatchObject({ code: 2 });
    expect(readFileSync(manifestOf(run), 'utf8')).toBe(before);
  });
});
