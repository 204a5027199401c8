import {
  describeNode,
  emptyMap,
  entryOf,
  mapInLayer,
  without,
  type LocatedMap,
  type LocatedNode,
} from './located-node.js';
import { mergeOver } from './merge-nodes.js';
import { isIdentifier, settableKeys } from './pipeline-schema.js';
import { problem, type Report } from './problem.js';
import { SourceText } from './source-text.js';
import { suggestion } from './suggest.js';

/**
 * The pipeline with the chosen profiles laid over it, in their order; `profiles` itself is gone. A chosen profile is then checked as a
 * part of the pipeline; of the others it is checked that they are mappings with keys of a pipeline.
 */
export function applyProfiles(root: LocatedNode, chosen: readonly string[], cwd: string, report: Report): LocatedNode {
  if (root.kind !== 'map') return root;
  const profiles = readProfiles(root, report);
  return chosen.reduce<LocatedMap>(
    (pipeline, name) => {
      const profile = profiles.get(name);
      if (profile !== undefined) return mergeOver(pipeline, mapInLayer(profile, `profile ${name}`));
      const place = { source: new SourceText('--profile', cwd, name), start: 0, end: name.length };
      const hint = suggestion(name, [...profiles.keys()], 'profiles');
      report(problem('unknown-profile', place, { name }, { hint }));
      return pipeline;
    },
    without(root, 'profiles'),
  );
}

function readProfiles(root: LocatedMap, report: Report): ReadonlyMap<string, LocatedMap> {
  const block = entryOf(root, 'profiles');
  if (block === undefined || isEmpty(block.value)) return new Map();
  if (block.value.kind !== 'map') {
    const message = `profiles must be a mapping of names to parts of a pipeline, not ${describeNode(block.value)}`;
    report(problem('wrong-type', block.value.place, { message }));
    return new Map();
  }
  const profiles = [...block.value.entries].map(([name, { key, value }]): [string, LocatedMap] => {
    if (!isIdentifier(name)) {
      const hint = 'use letters, digits, "-" and "_"; 64 at most, a letter first';
      report(problem('bad-name', key, { what: 'the name of a profile', name }, { hint }));
    }
    if (value.kind === 'map') return [name, onlySettable(value, name, report)];
    if (!isEmpty(value)) {
      const message = `profile "${name}" must be a mapping of what it changes, not ${describeNode(value)}`;
      report(problem('wrong-type', value.place, { message }));
    }
    return [name, emptyMap(key)];
  });
  return new Map(profiles);
}

function onlySettable(profile: LocatedMap, name: string, report: Report): LocatedMap {
  const unknown = [...profile.entries].filter(([key]) => !settableKeys.includes(key));
  for (const [key, { key: place }] of unknown) {
    const hint = suggestion(key, settableKeys, 'keys');
    report(problem('unknown-key', place, { key, where: `in profile "${name}"` }, { hint }));
  }
  return without(profile, ...unknown.map(([key]) => key));
}

const isEmpty = (node: LocatedNode): boolean => node.kind === 'scalar' && node.value === null;
