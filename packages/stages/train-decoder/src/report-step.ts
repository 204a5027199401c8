import type { StageContext } from '@sluice/core';
import type { FitStep } from '@sluice/models';

/** A row of metrics and a word on the progress line for each optimiser step, also for one that an earlier run took. */
export function reportStep(event: FitStep, report: StageContext['report']): void {
  const { step, epoch, totalSteps, loss, focal, dice, iou, learningRate, speed } = event;
  report({ type: 'counted', what: speed === undefined ? 'steps of an earlier run' : 'steps taken', count: 1 });
  report({
    type: 'metric',
    scope: 'step',
    values: { epoch, step, loss, focal, dice, iou_loss: iou, learning_rate: learningRate },
    ...(speed && {
      timing: { images_per_second: speed.imagesPerSecond, prompts_per_second: speed.promptsPerSecond },
    }),
  });
  const pace = speed === undefined ? 'from an earlier run' : `${speed.promptsPerSecond.toFixed(1)} prompts/s`;
  const note = `epoch ${String(epoch)} · loss ${loss.toFixed(3)} · ${pace}`;
  report({ type: 'progress', done: step, total: totalSteps, unit: 'steps', note });
}
