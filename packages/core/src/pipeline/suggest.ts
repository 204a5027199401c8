import { distance } from 'fastest-levenshtein';

const MAX_DISTANCE = 2;
/** Longer names are not compared: distance takes time in the product of both lengths. */
const MAX_LENGTH = 200;

/** The candidate that a typo was most likely meant to be: equal but for case and separators, or nearest within two edits. */
export function suggest(typo: string, candidates: readonly string[]): string | undefined {
  if (typo.length > MAX_LENGTH) return undefined;
  const folded = fold(typo);
  const same = candidates.find((candidate) => fold(candidate) === folded);
  if (same !== undefined) return same;
  const near = candidates
    .filter((candidate) => candidate.length <= MAX_LENGTH)
    .map((candidate) => ({ candidate, edits: isSwapped(typo, candidate) ? 1 : distance(typo, candidate) }))
    // A name of two letters is two edits from everything of its length.
    .filter(({ candidate, edits }) => edits <= MAX_DISTANCE && edits < Math.max(candidate.length, typo.length))
    .sort((a, b) => a.edits - b.edits || (a.candidate < b.candidate ? -1 : 1));
  return near[0]?.candidate;
}

/** `did you mean "x"?`, else the list of what there is. */
export function suggestion(typo: string, candidates: readonly string[], what: string): string | undefined {
  const best = suggest(typo, candidates);
  if (best !== undefined) return `did you mean "${best}"?`;
  if (candidates.length === 0) return `there are no ${what}`;
  const shown = candidates.slice(0, 12);
  const more = candidates.length - shown.length;
  return `${what}: ${shown.join(', ')}${more > 0 ? ` and ${String(more)} more` : ''}`;
}

function fold(name: string): string {
  return name.toLowerCase().replaceAll(/[-_. ]/g, '');
}

/** Two letters side by side are in the wrong order, which is one slip. */
function isSwapped(typo: string, candidate: string): boolean {
  if (typo.length !== candidate.length) return false;
  const at = typo.split('').findIndex((letter, index) => letter !== candidate[index]);
  if (at === -1) return false;
  return typo.slice(0, at) + (typo[at + 1] ?? '') + (typo[at] ?? '') + typo.slice(at + 2) === candidate;
}
