import { describe, expect, it } from 'vitest';
import { earlyStopReducer, earlyStopStart, type EarlyStopOptions } from './early-stop.js';

const otx: EarlyStopOptions = { mode: 'max', patience: 5, minDelta: 0.001, warmupEpochs: 3, warmupSteps: 30 };
const noWarmup: Partial<EarlyStopOptions> = { warmupEpochs: 0, warmupSteps: 0, patience: 2 };

/** One score an epoch, from epoch 0 on; returns the epoch that stops and the best one. */
function watch(values: readonly number[], options: Partial<EarlyStopOptions>, stepsPerEpoch = 10) {
  const reduce = earlyStopReducer({ ...otx, ...options });
  let state = earlyStopStart;
  for (const [epoch, value] of values.entries()) {
    state = reduce(state, { epoch, step: epoch * stepsPerEpoch, stepsPerEpoch, value });
    if (state.stop) return { stopped: epoch, best: state.best?.epoch };
  }
  return { stopped: undefined, best: state.best?.epoch };
}

describe('earlyStopReducer', () => {
  it.each([
    ['goes on while the score improves', [0.5, 0.6, 0.7, 0.8, 0.9], noWarmup, 10, undefined, 4],
    ['stops after `patience` checks without improvement', [0.5, 0.6, 0.6, 0.5, 0.9], noWarmup, 10, 3, 1],
    ['does not count an improvement of `minDelta` or less', [0.5, 0.5005, 0.5009], noWarmup, 10, 2, 2],
    ['keeps the best epoch even where the improvement is too small to count', [0.5, 0.5005, 0.4], noWarmup, 10, 2, 1],
    [
      'counts small improvements that add up beyond `minDelta`',
      [0.5, 0.5006, 0.5012, 0.5018],
      noWarmup,
      10,
      undefined,
      3,
    ],
    ['starts to wait anew after an improvement', [0.5, 0.4, 0.6, 0.5, 0.4], noWarmup, 10, 4, 2],
    ['neither checks nor waits in the first three epochs', [0.9, 0.1, 0.1, 0.5, 0.1, 0.1], { patience: 2 }, 10, 5, 0],
    ['warms up for 30 steps where an epoch is short', [0.9, 0.1, 0.1, 0.1, 0.1, 0.1], { patience: 1 }, 5, undefined, 0],
    ['lets the longer warm-up win', [0.9, 0.1, 0.1, 0.1, 0.1], { patience: 1 }, 100, 4, 0],
    [
      'takes the least score as the best in mode min',
      [0.5, 0.4, 0.45, 0.46],
      { ...noWarmup, mode: 'min' as const },
      10,
      3,
      1,
    ],
    ['stops at once when the score is no number', [0.5, Number.NaN], {}, 10, 1, 0],
    ['keeps the first of two equal epochs', [0.1, 0.6, 0.6, 0.5], noWarmup, 10, 3, 1],
    [
      'keeps the latest within `tolerance` of the best',
      [0.1, 0.7, 0.695, 0.6, 0.691, 0.5],
      { tolerance: 0.01 },
      10,
      undefined,
      4,
    ],
    [
      'measures the tolerance from the best, so that it cannot creep',
      [0.1, 0.7, 0.695, 0.687],
      { tolerance: 0.01 },
      10,
      undefined,
      2,
    ],
    ['forgets what a new best leaves behind', [0.1, 0.7, 0.695, 0.8, 0.78], { tolerance: 0.01 }, 10, undefined, 3],
    [
      'keeps the untouched model before a worse one within the tolerance',
      [0.7, 0.695, 0.69],
      { tolerance: 0.01 },
      10,
      undefined,
      0,
    ],
    [
      'takes no epoch that is worse than the untouched model for as good',
      [0.7, 0.703, 0.699, 0.701],
      { tolerance: 0.01 },
      10,
      undefined,
      3,
    ],
    [
      'tolerates more of a score in mode min',
      [0.9, 0.4, 0.405, 0.42],
      { tolerance: 0.01, mode: 'min' as const },
      10,
      undefined,
      2,
    ],
    ['waits five checks by default', [0.1, 0.1, 0.1, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6], {}, 10, 8, 3],
  ])('%s', (_, values, options, stepsPerEpoch, stopped, best) => {
    expect(watch(values, options, stepsPerEpoch)).toEqual({ stopped, best });
  });

  it('passes over an epoch without the score, and adapts its patience to the interval as OTX does', () => {
    const reduce = earlyStopReducer({ ...otx, ...noWarmup, patience: 2 });
    let state = reduce(earlyStopStart, { epoch: 0, step: 0, stepsPerEpoch: 10, value: undefined });
    expect(state).toMatchObject({ best: undefined, stop: false, reason: 'epoch 0 has no such score' });
    const stops = [0.5, 0.5, 0.5, 0.5, 0.5, 0.5].map((value, i) => {
      state = reduce(state, { epoch: 4 * i, step: 40 * i, stepsPerEpoch: 10, value, interval: 4 });
      return state.stop;
    });
    expect(stops).toEqual([false, false, false, false, false, true]);
  });

  it('says why', () => {
    const reduce = earlyStopReducer({ ...otx, ...noWarmup });
    const first = reduce(earlyStopStart, { epoch: 0, step: 0, stepsPerEpoch: 10, value: 0.5 });
    expect(first.reason).toBe('epoch 0 improved to 0.5000');
    expect(reduce(first, { epoch: 1, step: 10, stepsPerEpoch: 10, value: 0.5 }).reason).toBe(
      'no improvement beyond 0.001 for 1 of 2 checks',
    );
  });
});
