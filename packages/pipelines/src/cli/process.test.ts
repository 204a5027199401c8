import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tinyProject, type TinyProject } from '../testing/tiny-project.js';

const program = fileURLToPath(new URL('../../bin/sluice.js', import.meta.url));

let project: TinyProject;
beforeAll(() => {
  project = tinyProject();
});
afterAll(() => project.remove());

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the built command in the tiny project's folder; `act` sees what it has written to stderr so far, and may do something about it. */
function sluice(
  args: readonly string[],
  act: (child: ReturnType<typeof spawn>, err: string) => void = () => undefined,
) {
  return new Promise<Ended>((resolve) => {
    const child = spawn(process.execPath, [program, ...args], {
      cwd: project.folder,
      env: { ...process.env, NO_COLOR: '1' },
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString();
      act(child, err);
    });
    child.on('close', (code) => resolve({ code, out, err }));
    act(child, err);
  });
}

const endless = [
  'run',
  'pipeline.yaml',
  '--json',
  '--set',
  'stages.count.with.count=100000',
  '--set',
  'stages.count.with.wait=10',
];

describe.skipIf(!existsSync(program.replace(/bin.sluice\.js$/, 'dist')))('the process (of the built command)', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends in order on %s: code %i, and the run folder says that it was cancelled', async (signal, code) => {
    let sent = false;
    const {
      code: found,
      out,
      err,
    } = await sluice(endless, (child, text) => {
      if (sent || !text.includes('count: started')) return;
      sent = true;
      child.kill(signal);
      child.kill(signal); // the same Ctrl-C, delivered twice
    });
    expect(found).toBe(code);
    expect(err).toContain('The run was cancelled');
    const { exitCode, folder } = JSON.parse(out) as { exitCode: number; folder: string };
    expect(exitCode).toBe(code);
    const manifest = JSON.parse(readFileSync(path.join(folder, 'manifest.json'), 'utf8')) as { status: string };
    expect(manifest.status).toBe('cancelled');
  });

  it('ends a sweep on SIGINT with the point that runs, and says how far it is', async () => {
    const matrix = 'matrix: { stages.count.with.count: [1, 100000, 2] }\n';
    project.write('sweep.yaml', `${readFileSync(project.pipeline, 'utf8')}${matrix}`);
    let sent = false;
    const args = ['run', 'sweep.yaml', '--json', '--set', 'stages.count.with.wait=10'];
    const { code, out, err } = await sluice(args, (child, text) => {
      if (sent || !/point 2 of 3[^]*count: started/.test(text)) return;
      sent = true;
      child.kill('SIGINT');
    });
    expect(code).toBe(130);
    expect(err).toContain('The sweep was cancelled');
    const { folder, points } = JSON.parse(out) as { folder: string; points: readonly { status: string }[] };
    expect(points.map(({ status }) => status)).toEqual(['succeeded', 'cancelled', 'waiting']);
    const kept = JSON.parse(readFileSync(path.join(folder, 'sweep.json'), 'utf8')) as { points: unknown };
    expect(kept.points).toEqual(points);
  });

  it.each([
    ['stdout', ['describe', 'train-decoder']],
    ['stderr', ['run', 'pipeline.yaml']],
  ] as const)('does not mind that nobody reads %s', async (stream, args) => {
    let closed = false;
    const { code, err } = await sluice(args, (child) => {
      if (!closed) child[stream]!.destroy();
      closed = true;
    });
    expect(err).toBe('');
    expect(code).toBe(0);
  });

  it('killed by SIGKILL leaves a run that `runs ls` shows as interrupted, while it lives as running', async () => {
    const runsDir = ['--runs-dir', path.join(project.folder, 'killed')];
    const status = async (): Promise<unknown> => {
      const { out } = await sluice(['runs', 'ls', ...runsDir, '--json']);
      return (JSON.parse(out) as { runs: { status: string }[] }).runs[0]?.status;
    };
    let asked: Promise<unknown> | undefined;
    const { code } = await sluice([...endless, ...runsDir], (child, text) => {
      if (!text.includes('count: started')) return;
      asked ??= status().finally(() => child.kill('SIGKILL'));
    });
    expect(code).toBeNull();
    expect(await asked).toBe('running');
    expect(await status()).toBe('interrupted');
  });

  it('runs without stdin', async () => {
    const { code } = await sluice(['run', 'pipeline.yaml', '--quiet'], (child) => child.stdin!.destroy());
    expect(code).toBe(0);
  });
});
