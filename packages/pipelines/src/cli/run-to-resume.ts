import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { processState, readManifest, type Manifest } from '@sluice/core';
import { pipelinesErrors } from '../errors.js';

/** What there may be to go on with. */
export type Resumable =
  | { readonly kind: 'run'; readonly folder: string; readonly manifest: Manifest }
  | { readonly kind: 'sweep'; readonly folder: string };

/** The run, or sweep, that a user means: its name, the beginning of one, or a path. */
export async function runToResume(word: string, runsDir: string): Promise<Resumable> {
  const folder = folderOf(word, await namesIn(runsDir), runsDir);
  if (existsSync(path.join(folder, 'sweep.json'))) return { kind: 'sweep', folder };
  const reading = await readManifest(folder);
  if ('problem' in reading) throw pipelinesErrors.BAD_RUN({ folder, problem: reading.problem });
  return { kind: 'run', folder, manifest: reading.manifest };
}

/** The newest run that did not succeed; nothing where all have. */
export async function latestToResume(runsDir: string): Promise<Resumable | undefined> {
  const runs: { readonly kind: 'run'; readonly folder: string; readonly manifest: Manifest }[] = [];
  for (const folder of (await namesIn(runsDir)).map((name) => path.resolve(runsDir, name))) {
    const reading = await readManifest(folder);
    if ('manifest' in reading) runs.push({ kind: 'run', folder, manifest: reading.manifest });
  }
  if (runs.length === 0) throw pipelinesErrors.NO_RUN({ run: 'latest', runsDir });
  const open = runs.filter(({ manifest }) => manifest.status !== 'succeeded');
  return open.sort((a, b) => (a.manifest.startedAt < b.manifest.startedAt ? 1 : -1))[0];
}

/** Throws where a process is, or may be, still at the run. */
export function refuseActive({ run, status, process: owner }: Manifest, takeOver: boolean): void {
  if (status !== 'running' || owner === undefined) return;
  const { pid, host } = owner;
  const state = processState(owner);
  if (state === 'alive') throw pipelinesErrors.RUN_ACTIVE({ run, pid, host });
  if (state === 'unknown' && !takeOver) throw pipelinesErrors.RUN_ELSEWHERE({ run, pid, host });
}

function folderOf(word: string, names: readonly string[], runsDir: string): string {
  if (names.includes(word)) return path.resolve(runsDir, word);
  const begin = word === '' ? [] : names.filter((name) => name.startsWith(word));
  if (begin.length === 1) return path.resolve(runsDir, begin[0]!);
  if (begin.length > 1) throw pipelinesErrors.AMBIGUOUS_RUN({ word, names: begin });
  if (existsSync(word)) return path.resolve(word);
  throw pipelinesErrors.NO_RUN({ run: word, runsDir });
}

async function namesIn(runsDir: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(runsDir, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
