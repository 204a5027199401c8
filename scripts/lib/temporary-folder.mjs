import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';

/** Vitest's global set-up: what tests leave in the temporary folder lies in one of their own, which goes with them. */
export default function setup() {
  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-vitest-'));
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
