import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** Of the built package: a process cannot run TypeScript. */
const program = fileURLToPath(new URL('../dist/testing/interrupted-run.js', import.meta.url));
const long = process.env['SLUICE_LONG'] === '1';
const kinds = ['SIGKILL', 'SIGTERM', 'SIGINT', 'exit', 'ENOSPC'] as const;
const sample = [
  ['SIGKILL', 1],
  ['SIGTERM', 14],
  ['SIGINT', 25],
  ['exit', 36],
  ['ENOSPC', 43],
  ['SIGKILL', 60],
] as const;
/** Each step five times; the first sixty cases have each once. */
const every = kinds.flatMap((_, turn) =>
  Array.from({ length: 60 }, (__, i) => [kinds[(i + turn) % kinds.length]!, i + 1] as const),
);

const root = mkdtempSync(join(tmpdir(), 'sluice-interrupted-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function run(...args: readonly string[]): Promise<{ readonly code: number | null; readonly err: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    let err = '';
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.on('close', (code) => resolve({ code, err }));
  });
}

/** What must be the same byte for byte: weights, scores and decisions of the run, optimiser and all else of the states. */
function results(folder: string): Record<string, string> {
  const [name = ''] = readdirSync(join(folder, 'runs'));
  const runFolder = join(folder, 'runs', name);
  const files = readdirSync(runFolder, { recursive: true })
    .map(String)
    .filter((file) => /\.(safetensors|csv|tmp|new)$|^best|^states.+json$/.test(file))
    .map((file) => [file, join(runFolder, file)]);
  const states = readdirSync(join(folder, 'cache', 'states'), { recursive: true }).map(String);
  const snapshots = states
    .filter((file) => file.endsWith('.state'))
    .map((file) => [file, join(folder, 'cache', 'states', file)]);
  const contents = [...files, ...snapshots].map(([file, path]): [string, string] => [
    file!,
    readFileSync(path!, 'latin1'),
  ]);
  return Object.fromEntries(contents);
}

describe.skipIf(!existsSync(program))('a training of 60 steps (of the built package)', () => {
  let whole: Record<string, string>;
  beforeAll(async () => {
    const folder = join(root, 'whole');
    expect(await run(folder, 'never')).toEqual({ code: 0, err: '' });
    whole = results(folder);
  }, 60_000);

  it('leaves what is compared: metrics, checkpoints, states, the best weights', () => {
    expect(
      Object.keys(whole)
        .map((file) => file.replace(/^[0-9a-f]{64}./, ''))
        .sort(),
    ).toEqual([
      '000000000058.state',
      '000000000060.state',
      'best.json',
      'checkpoints/epoch-000.safetensors',
      'checkpoints/epoch-004.safetensors',
      'checkpoints/epoch-009.safetensors',
      'checkpoints/epoch-010.safetensors',
      'metrics.csv',
      'states/train.json',
    ]);
    expect(whole['metrics.csv']!.split('\n').filter((row) => row.startsWith('train,step,'))).toHaveLength(60);
  });

  it.each(long ? every : sample)(
    'interrupted by %s at step %i and resumed, ends with the same bytes',
    async (kind, step) => {
      const folder = join(root, `${kind}-${String(step)}`);
      const interrupted = await run(folder, kind, String(step));
      expect(interrupted.code).toBe({ SIGKILL: null, exit: 137, ENOSPC: 3, SIGTERM: 1, SIGINT: 1 }[kind]);
      if (kind === 'ENOSPC') expect(interrupted.err).toContain('sluice resume');
      expect(await run(folder, 'resume')).toEqual({ code: 0, err: '' });
      const resumed = results(folder);
      expect(Object.keys(resumed).sort()).toEqual(Object.keys(whole).sort());
      for (const [file, content] of Object.entries(whole)) expect(resumed[file] === content, file).toBe(true);
      rmSync(folder, { recursive: true, force: true });
    },
    60_000,
  );
});
