import type { Random } from '@sluice/core';
import type { BitMask, Prompt } from '@sluice/data';
import { upsampleLogits } from '../metrics/upsample-logits.js';
import { toRowMajor } from '../sam/logit-order.js';
import { randomOfItem, type TrainItem } from './train-item.js';

/**
 * The next round of an item (1, 2, ...): each prompt with one more point, drawn where its answer is wrong, and with the answer itself for its
 * mask prompt. `answers` are logits in logit order, by prompt. Where nothing is wrong there is no new point. What is drawn depends on the
 * item's own randomness, the round and the instance.
 */
export function correctedItem(item: TrainItem, round: number, answers: ReadonlyMap<number, Float32Array>): TrainItem {
  const { image, frame, masks } = item;
  const maskPrompts = item.prompts.map((_, index) => answers.get(index)!);
  const prompts = item.prompts.map((prompt, index) => {
    const logits = upsampleLogits(toRowMajor(maskPrompts[index]!), frame, image.width, image.height);
    return withPoint(
      prompt,
      wrongPoint(logits, masks[index]!, randomOfItem(item)('correction', round, prompt.instance)),
    );
  });
  return { ...item, prompts, maskPrompts };
}

type Point = NonNullable<Prompt['points']>[number];

const withPoint = (prompt: Prompt, point: Point | undefined): Prompt =>
  point === undefined ? prompt : { ...prompt, points: [...(prompt.points ?? []), point] };

/**
 * One of the pixels where an answer (logits at the image's size, above 0 in the mask) differs from the truth, each as likely: foreground where
 * the answer lacks it, background where it has too much. `undefined` where there is none.
 */
export function wrongPoint(logits: Float32Array, { width, data }: BitMask, random: Random): Point | undefined {
  const isWrong = (pixel: number): boolean => logits[pixel]! > 0 !== (data[pixel] === 1);
  let wrong = 0;
  for (let pixel = 0; pixel < data.length; pixel++) wrong += Number(isWrong(pixel));
  if (wrong === 0) return undefined;
  let rest = random.integer(0, wrong - 1);
  let pixel = 0;
  while (!isWrong(pixel) || rest-- > 0) pixel++;
  return { x: pixel % width, y: Math.floor(pixel / width), label: data[pixel] === 1 ? 1 : 0 };
}
