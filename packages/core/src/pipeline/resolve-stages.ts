import type { StageLookup, StageRegistry } from '../registry/stage-registry.js';
import type { FoundStage } from '../registry/stage-registry.js';
import { entryOf, type LocatedMap, type LocatedNode } from './located-node.js';
import { problem, type Report } from './problem.js';
import type { Place } from './source-text.js';
import { suggestion } from './suggest.js';

/** A stage of the file, before its edges are known to be sound. */
export interface DraftStage {
  readonly id: string;
  /** Of the stage's id. */
  readonly key: Place;
  readonly node: LocatedMap;
  readonly uses: string;
  /** Nothing where `uses` names no stage: what depends on it is then not judged. */
  readonly found: FoundStage | undefined;
}

/** Finds the definition of every stage. Stages whose shape is wrong are left out: the schema has spoken on them. */
export async function resolveStages(
  root: LocatedMap,
  registry: StageRegistry,
  report: Report,
): Promise<readonly DraftStage[]> {
  const stages = entryOf(root, 'stages')?.value;
  if (stages?.kind !== 'map') return [];
  const drafts = [...stages.entries].map(async ([id, { key, value }]): Promise<DraftStage | undefined> => {
    if (value.kind !== 'map') return undefined;
    const uses = entryOf(value, 'uses')?.value;
    const name = textOf(uses);
    if (uses === undefined || name === undefined) return { id, key, node: value, uses: '', found: undefined };
    const lookup = await registry.find(name);
    if (lookup.kind !== 'found') reportLookup(name, lookup, uses.place, report);
    return { id, key, node: value, uses: name, found: lookup.kind === 'found' ? lookup : undefined };
  });
  return (await Promise.all(drafts)).filter((draft) => draft !== undefined);
}

export function textOf(node: LocatedNode | undefined): string | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'string' && node.broken !== true ? node.value : undefined;
}

function reportLookup(uses: string, lookup: Exclude<StageLookup, FoundStage>, place: Place, report: Report): void {
  switch (lookup.kind) {
    case 'unknown': {
      const hint = suggestion(uses, lookup.known, 'stage types');
      report(problem('unknown-stage-type', place, { uses }, { hint }));
      return;
    }
    case 'relative': {
      const hint = 'make the stage an npm package (a workspace package will do) and name that';
      report(problem('relative-stage', place, { uses }, { hint }));
      return;
    }
    case 'not-allowed': {
      const hint = `to allow it, add "sluice": { "stages": ["${uses}"] } to ${lookup.packageJson}`;
      report(problem('stage-not-allowed', place, { uses }, { hint }));
      return;
    }
    case 'not-installed': {
      const hint = `install it with \`npm install ${uses}\` in ${lookup.folder}`;
      report(problem('stage-not-installed', place, { uses }, { hint }));
      return;
    }
    case 'bad':
      report(problem('bad-stage-package', place, { uses, reason: lookup.reason }));
  }
}
