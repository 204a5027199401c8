import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assertNodeVersion } from './node-version.mjs';
import { withLock } from './with-lock.mjs';

let folder;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'set-up-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('set-up', () => {
  it.each(['20.19.0', '20.20.1', '22.0.0', '24.11.1'])('takes Node %s', (version) => {
    expect(() => assertNodeVersion(version, '>=20.19')).not.toThrow();
  });

  it.each(['18.20.8', '20.18.3', '20.9.0'])('refuses Node %s and says what is needed', (version) => {
    expect(() => assertNodeVersion(version, '>=20.19')).toThrow(`Node 20.19 or newer is needed, this is ${version}`);
  });

  it('does one piece of work at a time', async () => {
    const file = path.join(folder, 'deep', 'lock');
    let running = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++running);
      await sleep(20);
      running--;
    };
    await Promise.all([withLock(file, work), withLock(file, work), withLock(file, work)]);
    expect(most).toBe(1);
  });

  it('takes over the lock of a process that died', async () => {
    const file = path.join(folder, 'lock');
    writeFileSync(file, '999999999');
    expect(await withLock(file, () => 'done')).toBe('done');
  });
});
