import type { Value } from '../graph/graph.js';
import { scaled, withPenalty, type UpdateRule } from './update-rule.js';

export interface AdamOptions {
  /** `adamw` takes the weight decay out of the gradient: p ← p - learning rate · weight decay · p, beside the step. */
  readonly name: 'adam' | 'adamw';
  /** Decay of the mean of gradients. @default 0.9 */
  readonly beta1?: number;
  /** Decay of the mean of squared gradients. @default 0.999 */
  readonly beta2?: number;
  /** @default 1e-8 */
  readonly epsilon?: number;
  /** @default 0 for `adam`, 0.01 for `adamw`, as in PyTorch */
  readonly weightDecay?: number;
}

/**
 * Adam (Kingma & Ba 2015) and AdamW (Loshchilov & Hutter 2019), as PyTorch computes them:
 * m ← β₁m + (1 - β₁)g, v ← β₂v + (1 - β₂)g², p ← keep · p - stepSize · m / (√v · secondScale + ε). The scalars carry the learning
 * rate, the bias corrections and the decoupled decay; Adam adds its weight decay to g.
 */
export function adamRule(options: AdamOptions): UpdateRule {
  const { name, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = name === 'adamw' ? 0.01 : 0 } = options;
  const decoupled = name === 'adamw' && weightDecay !== 0;
  return {
    moments: ['mean', 'square'],
    scalars: (step, learningRate) => ({
      stepSize: learningRate / (1 - beta1 ** step),
      secondScale: 1 / Math.sqrt(1 - beta2 ** step),
      ...(decoupled && { keep: 1 - learningRate * weightDecay }),
    }),
    apply: (at) => {
      const { builder, value, moment, scalar } = at;
      const [stepSize, secondScale] = [scalar('stepSize'), scalar('secondScale')];
      const times = (x: Value, factor: number): Value => scaled(builder, x, factor);
      const gradient = decoupled ? at.gradient : withPenalty(at, weightDecay);
      const mean = builder.emit('Add', [times(moment('mean'), beta1), times(gradient, 1 - beta1)]);
      const squared = times(builder.emit('Mul', [gradient, gradient]), 1 - beta2);
      const square = builder.emit('Add', [times(moment('square'), beta2), squared]);
      const deviation = builder.emit('Mul', [builder.emit('Sqrt', [square]), secondScale]);
      const divisor = builder.emit('Add', [deviation, builder.constant(epsilon)]);
      const step = builder.emit('Div', [builder.emit('Mul', [mean, stepSize]), divisor]);
      const kept = decoupled ? builder.emit('Mul', [value, scalar('keep')]) : value;
      return { value: builder.emit('Sub', [kept, step]), moments: { mean, square } };
    },
  };
}
