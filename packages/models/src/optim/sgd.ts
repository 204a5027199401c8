import { scaled, withPenalty, type UpdateRule } from './update-rule.js';

export interface SgdOptions {
  readonly name: 'sgd';
  /** @default 0 */
  readonly momentum?: number;
  /** Looks ahead by the momentum; needs one. @default false */
  readonly nesterov?: boolean;
  /** @default 0 */
  readonly weightDecay?: number;
}

/**
 * Stochastic gradient descent as PyTorch computes it, without dampening: g ← g + weight decay · p, v ← momentum · v + g,
 * p ← p - learning rate · v, or · (g + momentum · v) with Nesterov's. Without momentum nothing is remembered.
 */
export function sgdRule({ momentum = 0, nesterov = false, weightDecay = 0 }: SgdOptions): UpdateRule {
  return {
    moments: momentum === 0 ? [] : ['velocity'],
    scalars: (_, learningRate) => ({ learningRate }),
    apply: (at) => {
      const { builder, value, moment, scalar } = at;
      const gradient = withPenalty(at, weightDecay);
      const by = (direction: typeof value): typeof value =>
        builder.emit('Sub', [value, builder.emit('Mul', [direction, scalar('learningRate')])]);
      if (momentum === 0) return { value: by(gradient), moments: {} };
      const velocity = builder.emit('Add', [scaled(builder, moment('velocity'), momentum), gradient]);
      const ahead = (): typeof value => builder.emit('Add', [gradient, scaled(builder, velocity, momentum)]);
      return { value: by(nesterov ? ahead() : velocity), moments: { velocity } };
    },
  };
}
