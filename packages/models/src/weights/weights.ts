import type { Shape } from '../graph/graph.js';

/** A named parameter or buffer of a model. */
export interface WeightTensor {
  readonly shape: Shape;
  readonly data: Float32Array<ArrayBuffer>;
}

/** A model's weights under the names of SAM's checkpoints, such as `mask_decoder.iou_token.weight`. */
export type Weights = ReadonlyMap<string, WeightTensor>;
