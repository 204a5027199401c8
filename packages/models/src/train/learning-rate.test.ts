import { describe, expect, it } from 'vitest';
import { learningRateAt, type LearningRateOptions } from './learning-rate.js';

describe('learningRateAt', () => {
  const cosine: LearningRateOptions = { peak: 1, warmupSteps: 4, schedule: 'cosine' };
  it.each<[string, number, LearningRateOptions, number]>([
    ['is the peak throughout when constant', 7, { peak: 0.5 }, 0.5],
    ['takes the first step of a warm-up at its first fraction, not at zero', 0, cosine, 0.25],
    ['reaches the peak with the last warm-up step', 3, cosine, 1],
    ['starts the cosine from the peak', 4, cosine, 1],
    ['is half of the peak halfway through the cosine', 7, cosine, 0.5],
    ['reaches zero after the last step', 10, cosine, 0],
    ['stays at zero beyond', 12, cosine, 0],
    ['keeps the peak after warm-up when constant', 9, { peak: 2, warmupSteps: 4 }, 2],
  ])('%s', (_, step, options, rate) => {
    expect(learningRateAt(step, 10, options)).toBeCloseTo(rate, 12);
  });

  const linear: LearningRateOptions = { peak: 1, warmupSteps: 2, schedule: 'linear', minFactor: 0.2 };
  it.each<[string, number, LearningRateOptions, number, number]>([
    ['starts the linear fall from the peak', 2, linear, 1, 1],
    ['is halfway down halfway through', 6, linear, 1, 0.6],
    ['falls to the least share and no further', 10, linear, 1, 0.2],
    ['lets a cosine fall to the least share', 10, { ...cosine, minFactor: 0.1 }, 1, 0.1],
    [
      'is midway between the peak and the least share halfway through the cosine',
      7,
      { ...cosine, minFactor: 0.5 },
      1,
      0.75,
    ],
    ['is what a plateau has left of the peak', 7, { peak: 2, schedule: 'plateau' }, 0.1, 0.2],
    ['is what a plateau has left of the warm-up, too', 1, { peak: 2, warmupSteps: 4, schedule: 'plateau' }, 0.5, 0.5],
  ])('%s', (_, step, options, plateau, rate) => {
    expect(learningRateAt(step, 10, options, plateau)).toBeCloseTo(rate, 12);
  });

  it('falls with every step of the cosine but never to zero', () => {
    const rates = Array.from({ length: 10 }, (_, step) => learningRateAt(step, 10, cosine)).slice(4);
    expect(rates).toEqual([...rates].sort((a, b) => b - a));
    expect(rates.at(-1)).toBeGreaterThan(0);
  });
});
