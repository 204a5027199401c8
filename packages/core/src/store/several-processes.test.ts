import { fork, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { randomOf } from '../random/random-of.js';
import { contentOf } from '../testing/fixtures/store-content.js';
import { collectGarbage } from './collect-garbage.js';
import { describeStore } from './describe-store.js';
import { verifyStore } from './verify-store.js';

const HOUR = 3_600_000;
/** 200 with `SLUICE_LONG=1`. */
const KILLS = process.env['SLUICE_LONG'] === '1' ? 200 : 24;
const program = fileURLToPath(new URL('../../dist/testing/fixtures/store-worker.js', import.meta.url));

let folder: string;
let dir: string;
const warnings: unknown[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-processes-'));
  dir = join(folder, 'store');
  warnings.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Worker {
  readonly process: ChildProcess;
  readonly run: string;
  /** Resolves when it has read or written its first entry. */
  readonly begun: Promise<void>;
  readonly exit: Promise<number | NodeJS.Signals | null>;
}

function start(name: string, keys: number, rounds: number, mode = ''): Worker {
  const run = join(folder, name);
  mkdirSync(run);
  const child = fork(program, [dir, run, String(keys), String(rounds), mode], { execArgv: [] });
  const exit = new Promise<number | NodeJS.Signals | null>((resolve) =>
    child.once('exit', (code, signal) => resolve(signal ?? code)),
  );
  const begun = new Promise<void>((resolve) => {
    child.on('message', (message) => (message === 'begun' ? resolve() : warnings.push(message)));
    void exit.then(() => resolve());
  });
  return { process: child, run, begun, exit };
}

async function kill(worker: Worker): Promise<void> {
  worker.process.kill('SIGKILL');
  await worker.exit;
}

const result = ({ run }: Worker): string => readFileSync(join(run, 'result'), 'utf8');

function expected(keys: number): string {
  const digest = createHash('sha256');
  for (let number = 0; number < keys; number++) digest.update(contentOf(number));
  return digest.digest('hex');
}

describe.skipIf(!existsSync(program))('several processes (of the built package)', () => {
  it(`${KILLS} kills at random moments leave a valid store, and what runs again ends with the same bytes (R16)`, async () => {
    const random = randomOf(16, 'kills');
    for (let i = 0; i < KILLS; i++) {
      const keys = 8 + ((i * 7) % 25);
      const worker = start(`run-${i}`, keys, 1_000_000, i % 2 === 0 ? 'collect' : 'rewrite');
      await worker.begun;
      await sleep(random.uniform() * 60);
      await kill(worker);
      expect((await verifyStore(dir)).damaged).toEqual([]);
      if (existsSync(join(worker.run, 'result'))) expect(result(worker)).toBe(expected(keys));
      // From now on what only this run has used may go.
      rmSync(worker.run, { recursive: true });
    }
    const last = start('last', 32, 1);
    expect(await last.exit).toBe(0);
    expect(result(last)).toBe(expected(32));
    expect(warnings).toEqual([]);
    await collectGarbage(dir, { now: Date.now() + 2 * HOUR });
    expect(await describeStore(dir)).toMatchObject({ temporary: [], runs: [{ folder: last.run, entries: 32 }] });
  }, 600_000);

  it.each([
    ['make and read 100 keys', 100, 1, ''],
    ['rewrite the same keys 100 times', 2, 100, 'rewrite'],
  ] as const)(
    '8 that %s, and one that is killed meanwhile, see the same bytes (R19)',
    async (_, keys, rounds, mode) => {
      const doomed = start('doomed', keys, 1_000_000, 'rewrite');
      const workers = Array.from({ length: 8 }, (_each, index) => start(`run-${index}`, keys, rounds, mode));
      await doomed.begun;
      await Promise.race(workers.map(async ({ begun }) => begun));
      await kill(doomed);
      expect(await Promise.all(workers.map(async ({ exit }) => exit))).toEqual(workers.map(() => 0));
      expect(new Set(workers.map(result))).toEqual(new Set([expected(keys)]));
      expect(await verifyStore(dir)).toMatchObject({ intact: keys, damaged: [] });
      expect(warnings).toEqual([]);
    },
    120_000,
  );
});
