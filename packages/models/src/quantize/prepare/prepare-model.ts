import type { Shape } from '../../graph/graph.js';
import type { OnnxModel } from '../../onnx/onnx-schema.js';
import { copyOf } from '../copy-model.js';
import { hoistConstants } from './hoist-constants.js';
import { joinGelu } from './join-gelu.js';
import { joinLayerNorm } from './join-layer-norm.js';
import { raiseOpset } from './raise-opset.js';

export interface PrepareOptions {
  /** Shapes of inputs, by name, which the model has from then on; those that the file fixes may be left out. */
  readonly inputShapes?: Readonly<Record<string, Shape>>;
  /** Names the model in errors. */
  readonly path?: string;
}

/**
 * A model as `calibrate` and `quantizeModel` take it, which computes the same: in opset 17 or later, for before 13 a tensor had one scale;
 * constants as initializers; and Gelu and layer normalisation, which exporters of early opsets spell out, as single operators, for
 * runtimes don't recognise them any more once what they take is rounded. What is so already is left as it is. Throws `models/BAD_MODEL`
 * where an operator has another meaning in opset 17.
 */
export function preparedModel(
  model: OnnxModel,
  { inputShapes = {}, path = 'the model' }: PrepareOptions = {},
): OnnxModel {
  const copy = copyOf(model);
  for (const { name, type } of copy.graph.input)
    if (type?.tensorType && Object.hasOwn(inputShapes, name))
      type.tensorType.shape = { dim: inputShapes[name]!.map((dimValue) => ({ dimValue })) };
  hoistConstants(copy);
  raiseOpset(copy, path);
  joinGelu(copy);
  joinLayerNorm(copy);
  return copy;
}
