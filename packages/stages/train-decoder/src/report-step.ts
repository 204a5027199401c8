import type { StageContext } from '@sluice/core';
import type { FitStep } from '@sluice/models';

/** A row of metrics and live numbers for each optimiser step, also for one that an earlier run took; `f1` is the last validation's. */
export function reportStep(
  event: FitStep,
  { report, logger }: Pick<StageContext, 'report' | 'logger'>,
  f1: number | undefined,
): void {
  const { step, epoch, totalSteps, loss, focal, dice, iou, learningRate, gradientNorm, skipped, speed } = event;
  report({ type: 'counted', what: speed === undefined ? 'steps of an earlier run' : 'steps taken', count: 1 });
  if (skipped) {
    report({ type: 'counted', what: 'steps left out, loss or gradient not finite', count: 1 });
    logger.warn('the loss or a gradient is no finite number: the step was left out', {
      epoch,
      step,
      loss,
      gradientNorm,
    });
  }
  report({
    type: 'metric',
    scope: 'step',
    values: {
      ...{ epoch, step, loss, focal, dice, iou_loss: iou },
      ...{ learning_rate: learningRate, gradient_norm: gradientNorm },
    },
    ...(speed && {
      timing: {
        images_per_second: speed.imagesPerSecond,
        prompts_per_second: speed.promptsPerSecond,
        seconds_left: speed.secondsLeft,
      },
    }),
  });
  report({ type: 'progress', done: step, total: totalSteps, unit: 'steps', note: noteOf(event, f1) });
}

/** `epoch 3 · loss 0.412 (focal 0.011, dice 0.12, iou 0.07) · lr 2.0e-4 · F1 0.9312 · 3.1 images/s · 24.8 prompts/s · 4:05 left` */
function noteOf({ epoch, loss, focal, dice, iou, learningRate, speed }: FitStep, f1: number | undefined): string {
  const terms = `focal ${focal.toFixed(4)}, dice ${dice.toFixed(3)}, iou ${iou.toFixed(3)}`;
  return [
    `epoch ${String(epoch)}`,
    `loss ${loss.toFixed(3)} (${terms})`,
    `lr ${learningRate.toExponential(1)}`,
    ...(f1 === undefined ? [] : [`F1 ${f1.toFixed(4)}`]),
    ...(speed === undefined
      ? ['from an earlier run']
      : [
          `${speed.imagesPerSecond.toFixed(1)} images/s`,
          `${speed.promptsPerSecond.toFixed(1)} prompts/s`,
          `${clock(speed.secondsLeft)} left`,
        ]),
  ].join(' · ');
}

/** `4:05` or `1:04:05` */
function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  return hours > 0 ? `${String(hours)}:${two(minutes)}:${two(whole % 60)}` : `${String(minutes)}:${two(whole % 60)}`;
}
