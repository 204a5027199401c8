import { randomOf } from '@sluice/core';
import { modelErrors, promptMasks, type FitItem, type LabelledEmbedding } from '@sluice/models';

export interface FitItemOptions {
  /** How much prompts for a class count in the loss, by its name; others count 1. */
  readonly classWeights: Readonly<Record<string, number>>;
  readonly seed: number;
}

/** What the training loop needs of each sample, read and drawn when its batch comes. Throws `models/UNKNOWN_CLASS`. */
export function fitItems(samples: readonly LabelledEmbedding[], options: FitItemOptions): FitItem[] {
  refuseUnknown(samples, options.classWeights);
  return samples.map((sample) => fitItem(sample, options));
}

function fitItem({ key, encoded, prompted }: LabelledEmbedding, { classWeights, seed }: FitItemOptions): FitItem {
  const { image, frame } = encoded;
  const weightOf = new Map(prompted.sample.instances.map(({ id, category }) => [id, weightIn(classWeights, category)]));
  return {
    key,
    load: async (epoch) => {
      const prompts = prompted.promptsAt(epoch);
      const masks = promptMasks(prompted, prompts, image);
      const weights = prompts.map(({ instance }) => weightOf.get(instance)!);
      const embedding = await encoded.load();
      const random = (...names: readonly (string | number)[]) => randomOf(seed, 'training', epoch, key, ...names);
      return { key, embedding, image, frame, prompts, masks, weights, random };
    },
  };
}

const weightIn = (weights: Readonly<Record<string, number>>, category: string): number =>
  Object.hasOwn(weights, category) ? weights[category]! : 1;

function refuseUnknown(samples: readonly LabelledEmbedding[], weights: Readonly<Record<string, number>>): void {
  const classes = new Set(samples.flatMap(({ prompted }) => prompted.sample.instances.map(({ category }) => category)));
  const names = Object.keys(weights).filter((name) => !classes.has(name));
  if (names.length > 0) throw modelErrors.UNKNOWN_CLASS({ names, classes: [...classes].sort() });
}
