import { maskArea } from '@sluice/data';
import { LOW_RES } from '../sam/shape.js';
import type { TrainItem } from './train-item.js';

/** Where the loss is taken: on the decoder's 256x256 logits, or at each image's own size as OTX does. */
export type Resolution = 'low' | 'original';

/** `auto`: at the image's own size for objects that are small in the decoder's logits, at low resolution for the others. */
export type ResolutionChoice = Resolution | 'auto';

/**
 * An object that covers fewer of the 256x256 positions is small. A disc of so many is 10 to 11 across, of which the target's edge, a position
 * wide, is a third: a model that has learnt the target perfectly would draw it too small.
 */
const SMALL = 96;

/** An item's prompts by where their loss is taken, as positions in its list. */
export interface ResolutionGroup {
  readonly resolution: Resolution;
  readonly prompts: readonly number[];
}

export function resolutionGroups(choice: ResolutionChoice, item: TrainItem): readonly ResolutionGroup[] {
  const all = [...item.prompts.keys()];
  if (choice !== 'auto') return [{ resolution: choice, prompts: all }];
  const isSmall = item.masks.map((mask) => maskArea(mask) * positionsPerPixel(item) < SMALL);
  return [
    { resolution: 'low', prompts: all.filter((index) => !isSmall[index]) },
    { resolution: 'original', prompts: all.filter((index) => isSmall[index]) },
  ];
}

/** Positions of the 256x256 logits that a pixel of the image covers; where it is one or more, low resolution loses nothing. */
function positionsPerPixel({ image, frame }: TrainItem): number {
  const perSide = (frame.width / image.width) * (LOW_RES / frame.size);
  return perSide >= 1 ? Infinity : perSide ** 2;
}
