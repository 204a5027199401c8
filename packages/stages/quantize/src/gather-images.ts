import type { ModelInput, PromptedSample, Subset } from '@sluice/data';
import type { EncodedSample } from '@sluice/models';
import { chooseImages } from './choose-images.js';
import { quantizeErrors } from './errors.js';

/** All that came in, as references. */
export interface Gathered {
  readonly images: readonly ModelInput[];
  readonly prompts: readonly PromptedSample[];
  /** Embeddings of the float encoder, where they are connected. */
  readonly embeddings: readonly EncodedSample[] | undefined;
}

/** An image with its labels. */
export interface LabelledImage {
  readonly key: string;
  readonly input: ModelInput;
  readonly prompted: PromptedSample;
  /** Its embedding by the float encoder, where that is connected. */
  readonly embedding: EncodedSample | undefined;
}

/** The images that quantization sees. */
export interface ChosenImages {
  /** Training images to calibrate on, in the order of their choice. */
  readonly calibration: readonly LabelledImage[];
  /** Those that the gate is measured on, sorted by key. */
  readonly val: readonly LabelledImage[];
  /** Those that the result is tested on, sorted by key; there may be none. */
  readonly test: readonly LabelledImage[];
}

/** Throws `quantize/NO_CALIBRATION_IMAGES`, `quantize/NO_VALIDATION_IMAGES` and `quantize/IMAGE_UNPAIRED`. */
export function chosenImages(gathered: Gathered, samples: number, seed: number): ChosenImages {
  const labelled = labelledImages(gathered);
  const of = (subset: Subset): readonly LabelledImage[] => labelled.filter(({ input }) => input.subset === subset);
  const [train, val, test] = [of('train'), of('val'), of('test')];
  if (train.length === 0) throw quantizeErrors.NO_CALIBRATION_IMAGES(undefined);
  if (val.length === 0) throw quantizeErrors.NO_VALIDATION_IMAGES(undefined);
  return { calibration: chooseImages(train, samples, seed), val, test };
}

function labelledImages({ images, prompts, embeddings }: Gathered): readonly LabelledImage[] {
  const promptsOf = new Map(prompts.map((prompted) => [prompted.sample.key, prompted]));
  const embeddingOf = new Map(embeddings?.map((embedding) => [embedding.key, embedding]));
  const inputOf = new Map(images.map((input) => [input.key, input]));
  return [...new Set([...inputOf.keys(), ...promptsOf.keys()])].sort().map((key) => {
    const [input, prompted, embedding] = [inputOf.get(key), promptsOf.get(key), embeddingOf.get(key)];
    const lacks = input === undefined ? 'pixels' : prompted === undefined ? 'prompts' : 'an embedding';
    if (input === undefined || prompted === undefined || (embeddings !== undefined && embedding === undefined))
      throw quantizeErrors.IMAGE_UNPAIRED({ key, lacks });
    return { key, input, prompted, embedding };
  });
}
