import { Type } from '@sinclair/typebox';
import { checkOptions, type OptionProblem } from '../options/check-options.js';
import { emptyMap, entryOf, nodeAt, placeOf, toPlainValue, type LocatedMap, type LocatedNode } from './located-node.js';
import { isIdentifier, isName, LANGUAGE_VERSION, PipelineSchema, ServiceSchema } from './pipeline-schema.js';
import { problem, type Report } from './problem.js';
import { textOf } from './resolve-stages.js';
import type { Place } from './source-text.js';
import { misspeltOptions } from './misspelt-options.js';
import { suggestion } from './suggest.js';

/** Blocks that may be left empty. */
const BLOCKS = ['vars', 'services', 'stages', 'tests'];
const STAGE_BLOCKS = ['in', 'with'];

/** Checks the file against the pipeline schema; what is `null` where a block may stand becomes an empty block. */
export function checkStructure(root: LocatedNode, report: Report): LocatedMap | undefined {
  if (root.kind !== 'map') {
    report(problem('wrong-type', root.place, { message: 'a pipeline file must be a mapping' }));
    return undefined;
  }
  const pipeline = withBlocks(root, BLOCKS, (key, value) => {
    if (key === 'stages') return stagesWithBlocks(value);
    return key === 'services' ? servicesWithBlocks(value) : value;
  });
  const found = checkOptions(PipelineSchema, toPlainValue(pipeline)).problems;
  const problems = [...found.filter(({ path }) => path[0] !== 'services' || path.length < 2), ...ofServices(pipeline)];
  const misspelt = misspeltOptions(problems);
  for (const each of problems) {
    if (each.kind === 'missing' && misspelt.includes(each.path.join('.'))) continue;
    if (nodeAt(pipeline, each.path)?.broken === true) continue;
    // Edges are judged where they are linked.
    if (each.path[0] === 'stages' && each.path[2] === 'in' && each.path.length > 3) continue;
    reportProblem(each, pipeline, report);
  }
  checkNames(pipeline, report);
  return pipeline;
}

function stagesWithBlocks(stages: LocatedNode): LocatedNode {
  return stages.kind === 'map' ? withBlocks(stages, [], (_id, stage) => withEmptyBlocks(stage)) : stages;
}

function servicesWithBlocks(services: LocatedNode): LocatedNode {
  if (services.kind !== 'map') return services;
  return withBlocks(services, [], (_name, use) =>
    use.kind === 'map' ? withBlocks(longForm(use), ['with'], keep) : use,
  );
}

/** `{ name: n, option: value }` as `{ uses: n, with: { option: value } }`. */
function longForm(use: LocatedMap): LocatedMap {
  const { name, ...options } = Object.fromEntries(use.entries);
  if (name === undefined || 'uses' in options) return use;
  const block: LocatedMap = { ...use, entries: new Map(Object.entries(options)) };
  return {
    ...use,
    entries: new Map([
      ['uses', name],
      ...(block.entries.size > 0 ? [['with', { key: name.key, value: block }] as const] : []),
    ]),
  };
}

const keep = (_key: string, value: LocatedNode): LocatedNode => value;

/** A service is text or a mapping, and is judged as what it looks like: a union would only say that it is neither. */
function ofServices(root: LocatedMap): readonly OptionProblem[] {
  const services = entryOf(root, 'services')?.value;
  if (services?.kind !== 'map') return [];
  return [...services.entries].flatMap(([name, { value }]) => {
    const form = value.kind === 'map' ? ServiceSchema : Type.String();
    const schema = Type.Object({ services: Type.Record(Type.String(), form) });
    return checkOptions(schema, { services: { [name]: toPlainValue(value) } }).problems;
  });
}

function withEmptyBlocks(stage: LocatedNode): LocatedNode {
  return stage.kind === 'map' ? withBlocks(stage, STAGE_BLOCKS, (_key, value) => value) : stage;
}

function withBlocks(
  map: LocatedMap,
  blocks: readonly string[],
  convert: (key: string, value: LocatedNode) => LocatedNode,
): LocatedMap {
  const entries = [...map.entries].map(([key, { key: place, value }]) => {
    const empty = value.kind === 'scalar' && value.value === null && blocks.includes(key);
    return [key, { key: place, value: empty ? emptyBlock(key, place) : convert(key, value) }] as const;
  });
  return { ...map, entries: new Map(entries) };
}

function emptyBlock(key: string, place: Place): LocatedNode {
  return key === 'tests' ? { kind: 'list', place, items: [] } : emptyMap(place);
}

function reportProblem({ kind, path, message, candidates }: OptionProblem, root: LocatedMap, report: Report): void {
  const key = path.at(-1) ?? '';
  const where = whereIs(path.slice(0, -1));
  switch (kind) {
    case 'unknown':
      report(
        problem(
          'unknown-key',
          placeOf(root, path, true),
          { key, where },
          { hint: suggestion(key, candidates, 'keys') },
        ),
      );
      return;
    case 'missing': {
      const hint = key === 'sluice' ? `start the file with \`sluice: ${String(LANGUAGE_VERSION)}\`` : undefined;
      report(problem('missing-key', startOf(root, path), { key, where }, { hint }));
      return;
    }
    default:
      if (path.join() === 'sluice') {
        const found = JSON.stringify(toPlainValue(entryOf(root, 'sluice')!.value));
        const hint = `this version of sluice reads \`sluice: ${String(LANGUAGE_VERSION)}\``;
        report(problem('unsupported-version', placeOf(root, path), { found }, { hint }));
        return;
      }
      report(problem(kind === 'type' ? 'wrong-type' : 'wrong-value', placeOf(root, path), { message }));
  }
}

/** For a key that is missing: the key of the block that should hold it, or the start of the file. */
function startOf(root: LocatedMap, path: readonly string[]): Place {
  return path.length > 1 ? placeOf(root, path.slice(0, -1), true) : { ...root.place, end: root.place.start + 1 };
}

function whereIs(path: readonly string[]): string {
  if (path.length === 0) return 'at the top level';
  return path[0] === 'stages' && path.length === 2 ? `in stage "${path[1] ?? ''}"` : `in ${path.join('.')}`;
}

function checkNames(root: LocatedMap, report: Report): void {
  const name = entryOf(root, 'name')?.value;
  const text = textOf(name);
  if (name !== undefined && text !== undefined && !isName(text)) {
    const hint = 'use letters, digits, "-", "_" and "."; 64 at most, a letter or digit first';
    report(problem('bad-name', name.place, { what: "a pipeline's name", name: text }, { hint }));
  }
  const kinds = { vars: 'the name of a variable', stages: 'the id of a stage' };
  for (const [block, what] of Object.entries(kinds)) {
    const node = entryOf(root, block)?.value;
    if (node?.kind !== 'map') continue;
    for (const [id, { key }] of node.entries) {
      if (isIdentifier(id)) continue;
      const hint = 'use letters, digits, "-" and "_"; 64 at most, a letter first';
      report(problem('bad-name', key, { what, name: id }, { hint }));
    }
  }
}
