import type { OptionProblem } from '../options/check-options.js';
import { suggest } from './suggest.js';

/** What unknown keys were most likely meant to be, as dotted paths: that those are missing needs no word of its own. */
export function misspeltOptions(problems: readonly OptionProblem[]): readonly string[] {
  return problems.flatMap(({ kind, path, candidates }) => {
    const meant = kind === 'unknown' ? suggest(path.at(-1) ?? '', candidates) : undefined;
    return meant === undefined ? [] : [[...path.slice(0, -1), meant].join('.')];
  });
}
