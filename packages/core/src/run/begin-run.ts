import { readdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { writeFileAtomic } from '../files/write-file-atomic.js';
import type { PipelinePlan } from '../pipeline/plan.js';
import { printPipeline } from '../pipeline/print-pipeline.js';
import { createRunFolder, openRunFolder } from './create-run-folder.js';
import type { RunBefore } from './observers/run-observer.js';
import { readManifest } from './read-manifest.js';
import type { RunFolder } from './run-folder.js';

export interface BegunRun {
  readonly folder: RunFolder;
  /** How the run stood that is resumed. */
  readonly before: RunBefore | undefined;
  /** Puts the resolved pipeline back as it was before; does nothing for a new run. */
  readonly putBack: () => Promise<void>;
}

const RESOLVED = 'pipeline.resolved.yaml';

/** Makes the run's folder, or opens that of a run which ended early, and writes the resolved pipeline into it. */
export async function beginRun(
  plan: PipelinePlan,
  { runsDir, resume }: { readonly runsDir: string; readonly resume?: string },
  startedAt: Date,
): Promise<BegunRun> {
  const resolved = printPipeline(plan.resolved);
  if (resume === undefined) {
    const folder = await createRunFolder(runsDir, plan.name, startedAt);
    await writeFileAtomic(await folder.path(RESOLVED), resolved);
    return { folder, before: undefined, putBack: () => Promise.resolve() };
  }
  const folder = openRunFolder(resume, basename(resume));
  const reading = await readManifest(folder.root);
  const before = 'manifest' in reading ? reading.manifest : undefined;
  const path = await folder.path(RESOLVED);
  const old = await readFile(path);
  await removeUnfinished(folder.root);
  await writeFileAtomic(path, resolved);
  return { folder, before, putBack: () => writeFileAtomic(path, old) };
}

/** Files that a process was writing when it ended; nobody else writes here. */
async function removeUnfinished(root: string): Promise<void> {
  const names = await readdir(root, { recursive: true });
  const unfinished = names.filter((name) => /\.\d+-[0-9a-f]{12}\.tmp$/.test(name));
  await Promise.all(unfinished.map((name) => rm(join(root, name), { force: true })));
}
