import { compareEmbeddings } from '../compare-embeddings.js';
import type { RankedGroup } from './hold-gate.js';

export interface RankGroupsOptions {
  readonly groups: readonly string[];
  /** What the float network gives for some inputs. */
  readonly expected: readonly Float32Array[];
  /** What it gives for the same inputs where this group alone is quantized. */
  readonly answers: (group: string) => Promise<readonly Float32Array[]>;
}

/** Groups by what quantizing each alone does to the network's output, worst first; by name where they do the same. */
export async function rankGroups({ groups, expected, answers }: RankGroupsOptions): Promise<readonly RankedGroup[]> {
  const ranked: RankedGroup[] = [];
  for (const group of groups) {
    const { relativeError: error } = compareEmbeddings(expected, await answers(group));
    // What gives NaN is worst of all, and JSON has neither NaN nor Infinity.
    ranked.push({ group, error: Number.isFinite(error) ? error : Number.MAX_VALUE });
  }
  return ranked.sort((a, b) => b.error - a.error || (a.group < b.group ? -1 : 1));
}
