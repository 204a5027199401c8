import { describe, expect, it } from 'vitest';
import { interpret } from '../testing/reference.js';
import { gradientNormGraph } from './clip-gradients.js';
import { averageOf, gradientOf, momentOf, next } from './names.js';
import { createOptimizer, type OptimizerOptions } from './optimizer.js';

const shapes = new Map([
  ['w', [2]],
  ['b', [1]],
]);
const start = { w: [1, -2], b: [0.5] };
const gradientsAt = (step: number) => ({ w: [Math.sin(step), 1e-3 * step], b: [2 - step] });

/** The parameters after each of five steps, computed by the graphs. */
function stepsOf(options: OptimizerOptions, learningRate = 0.05): { w: number[]; b: number[] }[] {
  const optimizer = createOptimizer(options);
  const graph = optimizer.graph(shapes);
  const moments = optimizer.moments.flatMap((moment) =>
    [...shapes].map(([name, [size]]) => [momentOf(moment, name), new Array<number>(size!).fill(0)] as const),
  );
  let state: Record<string, readonly number[]> = { ...start, ...Object.fromEntries(moments) };
  return [1, 2, 3, 4, 5].map((step) => {
    const { w, b } = gradientsAt(step);
    const gradients = { [gradientOf('w')]: w, [gradientOf('b')]: b };
    const [norm] = interpret(gradientNormGraph(shapes), gradients)['norm']!;
    const scalars = Object.entries(optimizer.scalars(step, learningRate, norm!)).map(([name, value]) => [
      name,
      [value],
    ]);
    const results = interpret(graph, { ...state, ...gradients, ...(Object.fromEntries(scalars) as object) });
    state = Object.fromEntries(Object.keys(state).map((name) => [name, [...results[next(name)]!]]));
    return { w: [...state['w']!], b: [...state['b']!] };
  });
}

it('takes the steps of the paper with Adam, with bias correction', () => {
  const [mean, square, expected] = [[0, 0], [0, 0], [...start.w]];
  for (const [index, { w }] of stepsOf({ name: 'adam' }, 0.01).entries()) {
    const step = index + 1;
    gradientsAt(step).w.forEach((g, i) => {
      mean[i] = 0.9 * mean[i]! + 0.1 * g;
      square[i] = 0.999 * square[i]! + 0.001 * g * g;
      const corrected = { mean: mean[i] / (1 - 0.9 ** step), square: square[i] / (1 - 0.999 ** step) };
      expected[i]! -= (0.01 * corrected.mean) / (Math.sqrt(corrected.square) + 1e-8);
      expect(w[i]).toBeCloseTo(expected[i]!, 12);
    });
  }
});

describe('after five steps with a learning rate of 0.05, as PyTorch in float64 has them', () => {
  const other = { beta1: 0.8, beta2: 0.95, epsilon: 1e-6, weightDecay: 0.1 };
  it.each<[string, OptimizerOptions, readonly number[]]>([
    ['Adam', { name: 'adam' }, [0.8483704118732539, -2.24254019976708, 0.48145012268631737]],
    ['Adam, all options', { name: 'adam', ...other }, [0.8504944530980068, -1.7512166306246688, 0.49180266532887723]],
    ['AdamW', { name: 'adamw' }, [0.8460971298724131, -2.2373010232021615, 0.4803343532735854]],
    [
      'AdamW, more decay',
      { name: 'adamw', weightDecay: 0.3 },
      [0.7822072660985813, -2.089754304554491, 0.44896241805981196],
    ],
    ['SGD', { name: 'sgd' }, [0.991191917513881, -2.00075, 0.75]],
    [
      'SGD, momentum and decay',
      { name: 'sgd', momentum: 0.9, weightDecay: 0.1 },
      [0.7127073798839787, -1.8716754333837813, 0.7410923214046876],
    ],
    [
      "SGD, Nesterov's momentum and decay",
      { name: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 0.1 },
      [0.7150045173418957, -1.837247180574669, 0.9565264538896737],
    ],
    [
      'SGD, momentum, gradients clipped to a norm of 1',
      { name: 'sgd', momentum: 0.9, clip: { norm: 1 } },
      [0.7417252521960315, -2.0011601572397253, 0.6139791022558198],
    ],
    [
      'Adam, gradients clipped to values of 0.5',
      { name: 'adam', clip: { value: 0.5 } },
      [0.8465712778847118, -2.24254019976708, 0.46848197932955316],
    ],
  ])('%s', (_, options, expected) => {
    const { w, b } = stepsOf(options).at(-1)!;
    [...w, ...b].forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 12));
  });
});

it('remembers nothing where there is no momentum, and a velocity where there is', () => {
  expect(createOptimizer({ name: 'sgd' }).moments).toEqual([]);
  expect(createOptimizer({ name: 'sgd', momentum: 0.5 }).moments).toEqual(['velocity']);
});

it.each([Number.NaN, Infinity, -Infinity])('finds one gradient that is %s among many', (bad) => {
  const feeds = { [gradientOf('w')]: [1, bad], [gradientOf('b')]: [0] };
  expect(Number.isFinite(interpret(gradientNormGraph(shapes), feeds)['norm']![0])).toBe(false);
});

it.each([0.9, 0.3])('keeps a moving average of the parameters, which decays by %s at most', (decay) => {
  const optimizer = createOptimizer({ name: 'sgd', ema: decay });
  const graph = optimizer.graph(new Map([['w', [2]]]));
  let [value, average] = [
    [1, -2],
    [1, -2],
  ];
  const path = [value];
  for (let step = 1; step <= 6; step++) {
    const { w } = gradientsAt(step);
    const scalars = Object.entries(optimizer.scalars(step, 0.1, 1)).map(([name, scalar]) => [name, [scalar]]);
    const feeds = { w: value, [averageOf('w')]: average, [gradientOf('w')]: w };
    const results = interpret(graph, { ...feeds, ...(Object.fromEntries(scalars) as object) });
    value = [...results[next('w')]!];
    average = [...results[next(averageOf('w'))]!];
    path.push(value);
  }
  // What each value along the path counts, written out.
  const decays = [2 / 11, 3 / 12, 4 / 13, 5 / 14, 6 / 15, 7 / 16].map((early) => Math.min(early, decay));
  const counts = path.map((_, i) => decays.slice(i).reduce((a, b) => a * b, i === 0 ? 1 : 1 - decays[i - 1]!));
  expect(counts.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  average.forEach((got, at) => {
    expect(got).toBeCloseTo(
      path.reduce((sum, values, i) => sum + counts[i]! * values[at]!, 0),
      12,
    );
  });
  expect(average[0]).not.toBeCloseTo(value[0]!, 3);
});

it('keeps no average unless it is asked for', () => {
  expect([createOptimizer({ name: 'adam' }).averages, createOptimizer({ name: 'adam', ema: 0.9 }).averages]).toEqual([
    false,
    true,
  ]);
});
