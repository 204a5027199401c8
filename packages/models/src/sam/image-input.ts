import type { Weights } from '../weights/weights.js';
import { NO_MASK } from './prompt-tokens.js';
import { weightOf } from './scope.js';
import { CHANNELS } from './shape.js';

/** An image embedding plus the dense embedding of "no mask prompt": what the decoder sees of an image. [4096, 256] -> [4096, 256] */
export function withoutMaskPrompt(weights: Weights): (embedding: Float32Array) => Float32Array<ArrayBuffer> {
  const dense = weightOf(weights, NO_MASK).data;
  return (embedding) => {
    const result = new Float32Array(embedding.length);
    for (let token = 0; token < embedding.length; token += CHANNELS) {
      for (let i = 0; i < CHANNELS; i++) result[token + i] = embedding[token + i]! + dense[i]!;
    }
    return result;
  };
}
