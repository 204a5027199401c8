import type { ImageEncoder } from '../../encoder/image-encoder.js';
import type { TensorEngine } from '../../engines/tensor-engine.js';
import { float32Tensor } from '../../engines/tensor.js';
import { CHANNELS, IMAGE_TOKENS } from '../../sam/shape.js';
import { samInput } from '../../zoo/model-zoo.js';

/** An encoder file, `input` [1, 3, 1024, 1024] to `output` [1, 256, 64, 64], that gives embeddings as `openImageEncoder` does. */
export async function openOnnxEncoder(
  engine: TensorEngine,
  file: string | Uint8Array,
): Promise<Pick<ImageEncoder, 'encode' | 'release'>> {
  const executable = await engine.loadModel(file, { label: 'an image encoder', frozen: true });
  const shape = [1, 3, samInput.size, samInput.size];
  return {
    encode: async (pixels) => {
      const { output } = await executable.run({ input: float32Tensor(shape, pixels) });
      return tokenMajor(output!.data as Float32Array);
    },
    release: () => executable.release(),
  };
}

/** [256, 4096] -> [4096, 256] */
function tokenMajor(map: Float32Array): Float32Array<ArrayBuffer> {
  const tokens = new Float32Array(map.length);
  for (let channel = 0; channel < CHANNELS; channel++)
    for (let token = 0; token < IMAGE_TOKENS; token++)
      tokens[token * CHANNELS + channel] = map[channel * IMAGE_TOKENS + token]!;
  return tokens;
}
