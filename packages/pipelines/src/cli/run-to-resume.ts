import { existsSync } from 'node:fs';
import path from 'node:path';
import { processState, readManifest, type Manifest } from '@sluice/core';
import { pipelinesErrors } from '../errors.js';
import { findRunFolder } from '../runs/find-run.js';
import { listRuns } from '../runs/list-runs.js';

/** What there may be to go on with. */
export type Resumable =
  | { readonly kind: 'run'; readonly folder: string; readonly manifest: Manifest }
  | { readonly kind: 'sweep'; readonly folder: string };

/** The run, or sweep, that a user means: its name, the beginning of one, or a path. */
export async function runToResume(word: string, runsDir: string): Promise<Resumable> {
  const folder = await findRunFolder(word, runsDir);
  if (existsSync(path.join(folder, 'sweep.json'))) return { kind: 'sweep', folder };
  const reading = await readManifest(folder);
  if ('problem' in reading) throw pipelinesErrors.BAD_RUN({ folder, problem: reading.problem });
  return { kind: 'run', folder, manifest: reading.manifest };
}

/** The newest run that did not succeed; nothing where all have. */
export async function latestToResume(runsDir: string): Promise<Resumable | undefined> {
  const { runs } = await listRuns(runsDir);
  if (runs.length === 0) throw pipelinesErrors.NO_RUN({ word: 'latest', runsDir, hint: 'there are no runs yet' });
  const open = runs.find(({ manifest }) => manifest.status !== 'succeeded');
  return open === undefined ? undefined : { kind: 'run', folder: path.resolve(open.folder), manifest: open.manifest };
}

/** Throws where a process is, or may be, still at the run. */
export function refuseActive({ run, status, process: owner }: Manifest, takeOver: boolean): void {
  if (status !== 'running' || owner === undefined) return;
  const { pid, host } = owner;
  const state = processState(owner);
  if (state === 'alive') throw pipelinesErrors.RUN_ACTIVE({ run, pid, host });
  if (state === 'unknown' && !takeOver) throw pipelinesErrors.RUN_ELSEWHERE({ run, pid, host });
}
