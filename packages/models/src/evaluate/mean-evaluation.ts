import type { MetricScores } from '../contracts.js';
import type { Evaluation } from './evaluate-decoder.js';

/** Evaluations of the same instances, asked for in one or several ways, as one: each way counts the same. There must be one. */
export function meanEvaluation(evaluations: readonly Evaluation[]): Evaluation {
  const { images, instances, scores: first } = evaluations[0]!;
  const mean = (name: keyof MetricScores): number =>
    evaluations.reduce((sum, { scores }) => sum + scores[name], 0) / evaluations.length;
  const names = Object.keys(first) as (keyof MetricScores)[];
  const scores = Object.fromEntries(names.map((name) => [name, mean(name)])) as unknown as MetricScores;
  return { images, instances, scores };
}
