import type { Value } from '../../graph/graph.js';
import { linear, project, reshape } from '../layers.js';
import { within, type Scope } from '../scope.js';
import { HEADS } from '../shape.js';
import { scoreScale } from './heads.js';

/**
 * Attention among a prompt's few tokens. `query` (with positions) asks and answers, `value` is what is passed on; both
 * [prompts, tokens, channels]. The keys' bias is left out: it adds the same to all scores of a row, and softmax cancels it.
 */
export function selfAttention(scope: Scope, query: Value, value: Value): Value {
  const { builder } = scope;
  const [prompts, tokens, channels] = query.shape as [number, number, number];
  const width = channels / HEADS;
  // [prompts, tokens, channels] -> [prompts, HEADS, tokens, width]
  const heads = (x: Value): Value =>
    builder.emit('Transpose', [reshape(builder, x, [prompts, tokens, HEADS, width])], { perm: [0, 2, 1, 3] });
  const q = heads(linear(within(scope, 'q_proj'), query));
  const k = heads(project(within(scope, 'k_proj'), query));
  const v = heads(linear(within(scope, 'v_proj'), value));
  const shares = builder.emit('Softmax', [builder.emit('MatMul', [q, k], { transB: true, alpha: scoreScale(width) })]);
  const mixed = builder.emit('Transpose', [builder.emit('MatMul', [shares, v])], { perm: [0, 2, 1, 3] });
  return linear(within(scope, 'out_proj'), reshape(builder, mixed, [prompts, tokens, channels]));
}
