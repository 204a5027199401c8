import { readFile } from 'node:fs/promises';
import { coreErrors } from '../errors/core-errors.js';
import { writeFileAtomic } from '../files/write-file-atomic.js';
import type { StageState, StateStore } from '../services/state-store.js';
import type { StageContext } from '../stage/stage-context.js';
import { differences } from './differences.js';

/** Differences that a message names. */
const NAMED = 5;

/**
 * Opens a stage's state and writes into the run folder (`states/<stage>.json`) what it depends on. A run that is resumed must depend on
 * the same: else `core/STATE_CHANGED` names what has changed.
 */
export async function openStageState(
  { id, run }: Pick<StageContext, 'id' | 'run'>,
  store: StateStore,
  dependencies: unknown,
): Promise<StageState> {
  const path = await run.path('states', `${id}.json`);
  const before = await readFile(path, 'utf8').catch(() => undefined);
  if (before === undefined) {
    await writeFileAtomic(path, `${JSON.stringify(dependencies, undefined, 2)}\n`);
  } else {
    const changes = differences(JSON.parse(before), JSON.parse(JSON.stringify(dependencies)));
    const more = changes.length > NAMED ? [`and ${String(changes.length - NAMED)} more`] : [];
    if (changes.length > 0) {
      throw coreErrors.STATE_CHANGED({ stage: id, changes: [...changes.slice(0, NAMED), ...more] });
    }
  }
  return store.open(dependencies);
}
