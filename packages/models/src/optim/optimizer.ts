import { GraphBuilder } from '../graph/graph-builder.js';
import type { Graph, Shape, Value } from '../graph/graph.js';
import { adamRule, type AdamOptions } from './adam.js';
import { clipped, clipScale, type ClipOptions } from './clip-gradients.js';
import { averageOf, gradientOf, momentOf, next } from './names.js';
import { sgdRule, type SgdOptions } from './sgd.js';
import type { UpdateRule } from './update-rule.js';

export type OptimizerOptions = (AdamOptions | SgdOptions) & {
  /** @default no clipping */
  readonly clip?: ClipOptions;
  /** Largest decay of a moving average of the parameters, 0 to 1: see `averageShare`. @default no average is kept */
  readonly ema?: number;
};

/** An optimiser's step as a graph. */
export interface Optimizer extends Pick<UpdateRule, 'moments'> {
  /** Whether each parameter also has a moving average, `averageOf` it: its first value at first. */
  readonly averages: boolean;
  /**
   * Inputs: each parameter under its name, its gradient (`gradientOf`), its moments (`momentOf`), its average where there is one, and the
   * scalars. All but gradients and scalars also come out, as `next:<name>`.
   */
  readonly graph: (shapes: ReadonlyMap<string, Shape>) => Graph;
  /** The graph's scalars at a step (1, 2, ...), of gradients with this norm together. */
  readonly scalars: (step: number, learningRate: number, gradientNorm: number) => Readonly<Record<string, number>>;
}

export function createOptimizer(options: OptimizerOptions): Optimizer {
  const rule = options.name === 'sgd' ? sgdRule(options) : adamRule(options);
  const { ema } = options;
  const { norm, value: largest } = options.clip ?? {};
  return {
    moments: rule.moments,
    averages: ema !== undefined,
    graph: (shapes) => {
      const builder = new GraphBuilder();
      const scalars = new Map<string, Value>();
      const scalar = (name: string): Value => {
        const known = scalars.get(name) ?? builder.input(name, []);
        scalars.set(name, known);
        return known;
      };
      const outputs: Record<string, Value> = {};
      for (const [name, shape] of shapes) {
        const value = builder.input(name, shape);
        const scale = norm === undefined ? undefined : scalar(SCALE);
        const gradient = clipped(builder, builder.input(gradientOf(name), shape), scale, largest);
        const moment = (of: string): Value => builder.input(momentOf(of, name), shape);
        const after = rule.apply({ builder, value, gradient, moment, scalar });
        outputs[next(name)] = after.value;
        for (const of of rule.moments) outputs[next(momentOf(of, name))] = after.moments[of]!;
        if (ema === undefined) continue;
        const average = builder.input(averageOf(name), shape);
        const change = builder.emit('Mul', [builder.emit('Sub', [after.value, average]), scalar(SHARE)]);
        outputs[next(averageOf(name))] = builder.emit('Add', [average, change]);
      }
      return builder.build(outputs);
    },
    scalars: (step, learningRate, gradientNorm) => ({
      ...rule.scalars(step, learningRate),
      ...(norm !== undefined && { [SCALE]: clipScale(gradientNorm, norm) }),
      ...(ema !== undefined && { [SHARE]: averageShare(step, ema) }),
    }),
  };
}

const SCALE = 'gradientScale';
const SHARE = 'averageShare';

/**
 * What a step's parameters count in their moving average: average ← average + share · (parameters - average), with share = 1 - decay. The decay of the first
 * steps is smaller, (1 + step) / (10 + step), as in TensorFlow's `ExponentialMovingAverage`, so that the untouched model is soon forgotten.
 */
export const averageShare = (step: number, decay: number): number => 1 - Math.min(decay, (1 + step) / (10 + step));
