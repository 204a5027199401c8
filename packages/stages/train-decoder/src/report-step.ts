import type { StageContext } from '@sluice/core';
import type { FitStep } from '@sluice/models';

/** A row of metrics and a word on the progress line for each optimiser step. */
export function reportStep(event: FitStep, report: StageContext['report']): void {
  const { step, epoch, totalSteps, loss, focal, dice, iou, learningRate, imagesPerSecond, promptsPerSecond } = event;
  report({
    type: 'metric',
    scope: 'step',
    values: {
      epoch,
      step,
      loss,
      focal,
      dice,
      iou_loss: iou,
      learning_rate: learningRate,
      images_per_second: imagesPerSecond,
      prompts_per_second: promptsPerSecond,
    },
  });
  const note = `epoch ${String(epoch)} · loss ${loss.toFixed(3)} · ${promptsPerSecond.toFixed(1)} prompts/s`;
  report({ type: 'progress', done: step, total: totalSteps, unit: 'steps', note });
}
