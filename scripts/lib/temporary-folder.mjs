import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';

const folder = mkdtempSync(path.join(tmpdir(), 'sluice-vitest-'));

/** Vitest's global set-up: what tests leave in the temporary folder lies in one of their own, which goes with them. */
export function setup() {
  process.env.TMPDIR = folder;
}

export function teardown() {
  rmSync(folder, { recursive: true, force: true });
}
