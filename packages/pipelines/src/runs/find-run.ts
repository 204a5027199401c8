import { existsSync } from 'node:fs';
import path from 'node:path';
import { pipelinesErrors } from '../errors.js';

/** The folder of a run: a name below `runsDir`, or a path. Throws `pipelines/NO_RUN`. */
export async function findRun(runsDir: string, run: string, cwd = process.cwd()): Promise<string> {
  const candidates = [path.resolve(runsDir, run), path.resolve(cwd, run)];
  const found = candidates.find((folder) => existsSync(path.join(folder, 'manifest.json')));
  if (found === undefined) throw pipelinesErrors.NO_RUN({ run, runsDir });
  return Promise.resolve(found);
}
