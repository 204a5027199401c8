import type { Weights } from '../weights/weights.js';
import { CHANNELS, GRID, IMAGE_TOKENS } from './shape.js';
import { weightOf } from './scope.js';

/**
 * SAM's position encodings: random Fourier features (Tancik et al. 2020). `at` takes a position in the frame, 0 to 1 in both
 * directions, and writes CHANNELS values: sines, then cosines, of 2π · (2 (x, y) - 1) · G with the checkpoint's Gaussian matrix G.
 */
export interface PositionEncoding {
  at(x: number, y: number, out: Float32Array): void;
}

export function positionEncoding(weights: Weights): PositionEncoding {
  const matrix = weightOf(weights, 'prompt_encoder.pe_layer.positional_encoding_gaussian_matrix').data; // [2, CHANNELS / 2]
  const half = CHANNELS / 2;
  return {
    at: (x, y, out) => {
      for (let i = 0; i < half; i++) {
        const angle = 2 * Math.PI * ((2 * x - 1) * matrix[i]! + (2 * y - 1) * matrix[half + i]!);
        out[i] = Math.sin(angle);
        out[half + i] = Math.cos(angle);
      }
    },
  };
}

/** Encodings of the image tokens' centres, [IMAGE_TOKENS, CHANNELS]. */
export function imagePositions(weights: Weights): Float32Array {
  const encoding = positionEncoding(weights);
  const result = new Float32Array(IMAGE_TOKENS * CHANNELS);
  for (let token = 0; token < IMAGE_TOKENS; token++) {
    const x = ((token % GRID) + 0.5) / GRID;
    const y = (Math.floor(token / GRID) + 0.5) / GRID;
    encoding.at(x, y, result.subarray(token * CHANNELS, (token + 1) * CHANNELS));
  }
  return result;
}
