import { checkOptions, type OptionProblem } from '../options/check-options.js';
import { resolvePaths } from '../options/resolve-paths.js';
import type { TObject } from '@sinclair/typebox';
import { emptyMap, entryOf, nodeAt, placeOf, toPlainValue, type LocatedMap, type LocatedNode } from './located-node.js';
import { misspeltOptions } from './misspelt-options.js';
import { problem, type Report } from './problem.js';
import type { DraftStage } from './resolve-stages.js';
import type { Place } from './source-text.js';
import { suggest, suggestion } from './suggest.js';

/** Checks `with:` against the stage's schema. Comes back with defaults filled in and paths made absolute. */
export function checkStageOptions(
  stage: DraftStage,
  folder: string,
  report: Report,
): Readonly<Record<string, unknown>> {
  const definition = stage.found?.definition;
  if (definition === undefined) return {};
  const { type, options } = definition;
  return checkWith({ owner: `stage type "${type}"`, options, node: stage.node, key: stage.key }, folder, report);
}

/** Something that is named by `uses:` and takes `with:`. */
export interface OptionsOwner {
  /** For messages: `stage type "encode"`. */
  readonly owner: string;
  readonly options: TObject;
  /** The mapping that `with:` stands in. */
  readonly node: LocatedMap;
  readonly key: Place;
}

/** Checks the `with:` of a stage or service against its schema. */
export function checkWith(
  { owner, options, node: holder, key }: OptionsOwner,
  folder: string,
  report: Report,
): Readonly<Record<string, unknown>> {
  const block = entryOf(holder, 'with');
  const node: LocatedNode = block?.value ?? emptyMap(key);
  if (node.kind !== 'map') return {};
  const { value, problems } = checkOptions(options, toPlainValue(node));
  const misspelt = misspeltOptions(problems);
  // A misspelt `with` has been reported as such, and so has a misspelt option.
  const quiet = block === undefined && [...holder.entries.keys()].some((key) => suggest(key, ['with']) === 'with');
  for (const each of problems) {
    if (each.kind === 'missing' && (quiet || misspelt.includes(each.path.join('.')))) continue;
    if (nodeAt(node, each.path)?.broken === true) continue;
    reportOption(each, owner, node, block === undefined ? key : block.key, report);
  }
  return resolvePaths(options, value, (path) => {
    const from = nodeAt(node, path);
    return (from?.origin ?? from?.place)?.source.folder ?? folder;
  });
}

function reportOption(
  { kind, path, message, candidates }: OptionProblem,
  owner: string,
  node: LocatedNode,
  block: Place,
  report: Report,
): void {
  const option = path.join('.');
  if (kind === 'unknown') {
    const hint = suggestion(path.at(-1) ?? '', candidates, 'options');
    report(problem('unknown-option', placeOf(node, path, true), { option, owner }, { hint }));
  } else if (kind === 'missing') {
    const place = path.length > 1 ? placeOf(node, path.slice(0, -1), true) : block;
    report(problem('missing-option', place, { option, owner }));
  } else {
    const value = nodeAt(node, path);
    const written = value?.kind === 'scalar' && typeof value.value === 'string' ? value.value : undefined;
    const meant = written === undefined ? undefined : suggest(written, candidates);
    const place = placeOf(node, path);
    // What a sweep brings is wrong where the sweep says it, not where its variable is used.
    const swept = value?.origin !== undefined && value.layer === 'matrix';
    const at = swept ? value.origin : place;
    const related =
      value?.origin === undefined
        ? undefined
        : [
            swept
              ? { message: 'the value is used here', place }
              : { message: 'the value comes from here', place: value.origin },
          ];
    const extra = { hint: meant === undefined ? undefined : `did you mean "${meant}"?`, ...(related && { related }) };
    report(problem(kind === 'type' ? 'wrong-type' : 'wrong-value', at, { message }, extra));
  }
}
