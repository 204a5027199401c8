import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { coreErrors } from '../errors/core-errors.js';

/** Digests of the items that a run gave up, by stage. Throws `core/NO_DEAD_LETTERS` where it gave up none that can be found again. */
export async function readDeadLetters(runFolder: string): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const text = await readFile(join(runFolder, 'dead-letters.jsonl'), 'utf8').catch(() => '');
  const letters = new Map<string, Set<string>>();
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const { stage, digest } = JSON.parse(line) as { readonly stage: string; readonly digest?: string };
    if (digest !== undefined) letters.set(stage, (letters.get(stage) ?? new Set()).add(digest));
  }
  if (letters.size === 0) throw coreErrors.NO_DEAD_LETTERS({ folder: runFolder });
  return letters;
}
