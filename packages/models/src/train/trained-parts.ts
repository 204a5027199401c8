import type { Weights } from '../weights/weights.js';
import { gradientGraph } from './gradient-graph.js';
import { trainedNames, type Trainable } from './trainable.js';

/** How prompts are asked, as far as the parameters that they reach depend on it. */
export interface Reach {
  /** Whether some bring masks. */
  readonly maskPrompts: boolean;
  readonly multimask: boolean;
}

/** What training takes of a checkpoint: names of what changes, and of what stays as it is. The embedding of mask prompts is among the latter even where none are to come. */
export function trainedParts(
  weights: Weights,
  trainable: Trainable,
  { maskPrompts, multimask }: Reach,
): { readonly trained: readonly string[]; readonly frozen: readonly string[] } {
  const smallest = { prompts: 1, tokens: 2, loss: 'sam', resolution: 'low', multimask } as const;
  const graphOf = (masked: boolean, names?: ReadonlySet<string>) =>
    gradientGraph(weights, { ...smallest, maskPrompts: masked }, names);
  const used = new Set([...graphOf(false).parameters, ...(maskPrompts ? graphOf(true).parameters : [])]);
  const names = new Set(trainedNames(trainable, [...used], [...weights.keys()]));
  const graphs = [graphOf(false, names), graphOf(true, names)];
  const all = (which: 'parameters' | 'frozen') => [...new Set(graphs.flatMap((graph) => graph[which]))];
  return { trained: all('parameters'), frozen: all('frozen') };
}
