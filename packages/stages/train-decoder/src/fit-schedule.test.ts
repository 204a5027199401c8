import { checkOptions } from '@sluice/core';
import type { Decision } from '@sluice/models';
import { expect, it } from 'vitest';
import { fitSchedule } from './fit-schedule.js';
import { trainDecoderOptions, type TrainDecoderOptions } from './options.js';

const options = (given: object): TrainDecoderOptions => {
  const { value, problems } = checkOptions(trainDecoderOptions, given);
  expect(problems).toEqual([]);
  return value as TrainDecoderOptions;
};
const schedule = (given: object, stepsPerEpoch = 20) => fitSchedule(options(given), stepsPerEpoch, true);

it.each<[object, number, number | undefined]>([
  [{}, 20, undefined],
  [{ 'validate-every': 3 }, 60, undefined],
  [{ 'validate-every': 0.25 }, 5, undefined],
  [{ 'validate-every': 'adaptive' }, 60, 3],
  [{ 'validate-every': 'adaptive', epochs: 1 }, 20, undefined],
  [{ 'validate-every': 'adaptive', 'validate-every-steps': 7 }, 7, undefined],
])('%j: a checkpoint every %i steps of 20 an epoch', (given, steps, interval) => {
  const { checkpointSteps, adaptiveInterval, plateau } = schedule(given);
  expect([checkpointSteps, adaptiveInterval, plateau]).toEqual([steps, interval, undefined]);
});

it('watches the score that it is told to, with a patience that the adaptive interval shortens', () => {
  const optimizer = { schedule: 'plateau', 'min-factor': 0.01, plateau: { monitor: 'loss', patience: 9 } };
  const { plateau, verdict } = schedule({ optimizer, 'validate-every': 'adaptive' });
  expect(plateau).toEqual({ mode: 'min', factor: 0.1, patience: 2, minDelta: 0.0001, minFactor: 0.01 });
  const decision: Decision = { epoch: 3, stop: false, reason: '', best: { epoch: 3, value: 1 } };
  expect(verdict({ ...decision, scores: { f1: 0.5, loss: 0.7 } })).toEqual({ stop: false, watched: 0.7 });
  expect(verdict({ ...decision, stop: true, scores: { f1: 0.5 } })).toEqual({ stop: true });
});

it('refuses a plateau whose scores nobody brings', () => {
  const given = options({ optimizer: { schedule: 'plateau' } });
  expect(() => fitSchedule(given, 20, false)).toThrow(expect.objectContaining({ code: 'models/PLATEAU_UNWATCHED' }));
});
