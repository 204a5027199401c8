import { suggestion } from '@sluice/core';
import { modelErrors } from '../errors.js';
import { PROMPT_PARAMETERS } from '../sam/prompt-tokens.js';

/**
 * Which parameters are trained: the whole mask decoder; its heads, which are what follows the transformer; or those whose names match one
 * of some patterns, where `*` stands for any characters.
 */
export type Trainable = 'decoder' | 'heads' | readonly string[];

const patterns = {
  decoder: ['mask_decoder.*'],
  heads: ['output_hypernetworks_mlps', 'iou_prediction_head', 'output_upscaling'].map(
    (head) => `mask_decoder.${head}.*`,
  ),
} as const;

/**
 * The names that are trained, of the decoder's `used` parameters and the prompt encoder's. Throws `models/NOTHING_TO_TRAIN` for a pattern
 * that matches none of them.
 */
export function trainedNames(trainable: Trainable, used: readonly string[], all: readonly string[]): readonly string[] {
  const candidates = [...used, ...PROMPT_PARAMETERS.filter((name) => !used.includes(name))];
  const tests = (typeof trainable === 'string' ? patterns[trainable] : trainable).map((pattern) => {
    const matches = matcher(pattern);
    if (!candidates.some(matches))
      throw modelErrors.NOTHING_TO_TRAIN({ pattern, hint: hintOn(pattern, candidates, all) });
    return matches;
  });
  if (tests.length === 0) throw modelErrors.NOTHING_TO_TRAIN({ pattern: '', hint: 'name at least one pattern' });
  return candidates.filter((name) => tests.some((matches) => matches(name)));
}

/** Whether a name is the pattern, `*` standing for any characters: what lies between the stars is found from left to right. */
function matcher(pattern: string): (name: string) => boolean {
  const [first = '', ...others] = pattern.split('*');
  const last = others.pop();
  return (name) => {
    if (last === undefined) return name === first;
    if (!name.startsWith(first)) return false;
    let from = first.length;
    for (const part of others) {
      const found = name.indexOf(part, from);
      if (found < 0) return false;
      from = found + part.length;
    }
    return name.length - last.length >= from && name.endsWith(last);
  };
}

/** Why a pattern matches nothing: it names what gets no gradient, or it is mistyped. */
function hintOn(pattern: string, candidates: readonly string[], all: readonly string[]): string {
  const without = all.find(matcher(pattern));
  if (without !== undefined) return `"${without}" gets no gradient: no prompt's mask depends on it, or it is fixed`;
  // Modules, too: `mask_decoder.transformer` alone matches nothing.
  const modules = candidates.flatMap((name) => name.split('.').map((_, i, parts) => parts.slice(0, i + 1).join('.')));
  const bare = pattern.replace(/[.*]+$/, '');
  if (modules.includes(bare)) return `write "${bare}.*" for all of it`;
  return suggestion(bare, [...new Set(modules)], 'parameters and their modules') ?? '';
}
