import { expect, it } from 'vitest';
import { interpret } from '../testing/reference.js';
import { adamGraph, adamNames, adamScalars, next } from './adam.js';

it('takes the steps of the paper, with bias correction', () => {
  const graph = adamGraph(new Map([['w', [2]]]), { name: 'adam' });
  const names = adamNames('w');
  const learningRate = 0.01;
  let state = { [names.value]: [1, -2], [names.mean]: [0, 0], [names.square]: [0, 0] };
  const [mean, square, expected] = [
    [0, 0],
    [0, 0],
    [1, -2],
  ];
  for (let step = 1; step <= 4; step++) {
    const gradient = [Math.sin(step), 1e-3 * step];
    const { stepSize, secondScale } = adamScalars(step, learningRate, { name: 'adam' });
    const results = interpret(graph, {
      ...state,
      [names.gradient]: gradient,
      stepSize: [stepSize],
      secondScale: [secondScale],
    });
    state = Object.fromEntries(Object.keys(state).map((name) => [name, [...results[next(name)]!]]));

    gradient.forEach((g, i) => {
      mean[i] = 0.9 * mean[i]! + 0.1 * g;
      square[i] = 0.999 * square[i]! + 0.001 * g * g;
      const corrected = { mean: mean[i] / (1 - 0.9 ** step), square: square[i] / (1 - 0.999 ** step) };
      expected[i]! -= (learningRate * corrected.mean) / (Math.sqrt(corrected.square) + 1e-8);
      expect(state[names.value]![i]).toBeCloseTo(expected[i]!, 12);
    });
  }
});
