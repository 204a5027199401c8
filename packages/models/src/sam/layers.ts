import type { GraphBuilder } from '../graph/graph-builder.js';
import type { Shape, Value } from '../graph/graph.js';
import { elementCount, sameShape } from '../graph/shape.js';
import { within, type Scope } from './scope.js';

/** The same elements in another shape; nothing is added to the graph where the shape is that already. */
export function reshape(builder: GraphBuilder, x: Value, shape: Shape): Value {
  return sameShape(x.shape, shape) ? x : builder.emit('Reshape', [x], { shape });
}

/** [..., channels] -> [rows, channels] */
export function rowsOf(builder: GraphBuilder, x: Value): Value {
  const channels = x.shape.at(-1)!;
  return reshape(builder, x, [elementCount(x.shape) / channels, channels]);
}

/** x · Wᵀ + b over the last axis; `weight` is [outputs, inputs] as in PyTorch. [..., inputs] -> [..., outputs] */
export function linear(scope: Scope, x: Value): Value {
  return scope.builder.emit('Add', [project(scope, x), scope.parameter('bias')]);
}

/** `linear` without its bias. */
export function project({ builder, parameter }: Scope, x: Value): Value {
  const weight = parameter('weight');
  const rows = builder.emit('MatMul', [rowsOf(builder, x), weight], { transB: true });
  return reshape(builder, rows, [...x.shape.slice(0, -1), weight.shape[0]!]);
}

/** Linear layers with Relu between them: `layers.0` to `layers.<depth - 1>`. */
export function multilayerPerceptron(scope: Scope, x: Value, depth: number): Value {
  let result = x;
  for (let layer = 0; layer < depth; layer++) {
    result = linear(within(scope, `layers.${String(layer)}`), result);
    if (layer < depth - 1) result = scope.builder.emit('Relu', [result]);
  }
  return result;
}

/** Normalisation over the last axis. SAM's `LayerNorm2d` is the same thing in token-major order, with another epsilon. */
export function layerNorm({ builder, parameter }: Scope, x: Value, epsilon = 1e-5): Value {
  return builder.emit('LayerNormalization', [x, parameter('weight'), parameter('bias')], { epsilon });
}
