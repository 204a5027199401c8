import type { Lack } from '../stage/define-stage.js';
import { entryOf, placeOf } from './located-node.js';
import { problem, type Report } from './problem.js';
import type { DraftStage } from './resolve-stages.js';

/** Reports what stages say is not on this machine, at the option that names it, or at the stage where that is a default. */
export async function checkPresence(
  stages: readonly DraftStage[],
  options: ReadonlyMap<string, Readonly<Record<string, unknown>>>,
  report: Report,
): Promise<void> {
  for (const { id, key, node, found } of stages) {
    const lacks = found?.definition.lacks as ((options: unknown) => Promise<readonly Lack[]>) | undefined;
    for (const { option, message, hint } of (await lacks?.(options.get(id))) ?? []) {
      const block = entryOf(node, 'with')?.value;
      const written = block?.kind === 'map' && entryOf(block, option) !== undefined;
      report(problem('not-here', written ? placeOf(block, [option]) : key, { message }, { hint }));
    }
  }
}
