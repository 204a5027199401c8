import type { Resident, TensorEngine } from '../engines/tensor-engine.js';
import { float32Tensor } from '../engines/tensor.js';
import { CHANNELS, IMAGE_TOKENS } from '../sam/shape.js';

/**
 * The image that runs look at, kept in the engine: its embedding (4 MB) moves there once, not with each of its micro-batches.
 */
export interface HeldImage {
  /** What runs are fed with, [IMAGE_TOKENS, CHANNELS]. */
  readonly resident: Resident;
  /**
   * Has the runs that are asked for next, before anything is awaited, look at this embedding. Those asked for before see what was shown
   * for them: the engine takes requests in order.
   */
  show(embedding: Float32Array): Promise<void>;
  /** The next embedding moves into the engine even if it is the same array: it may hold something else now. */
  forget(): void;
  release(): Promise<void>;
}

export async function heldImage(engine: TensorEngine): Promise<HeldImage> {
  const shape = [IMAGE_TOKENS, CHANNELS];
  const resident = await engine.allocate(float32Tensor(shape));
  let shown: Float32Array | undefined;
  return {
    resident,
    show: async (embedding) => {
      if (embedding === shown) return;
      shown = embedding;
      const written = resident.write(float32Tensor(shape, embedding));
      written.catch(() => (shown = undefined));
      await written;
    },
    forget: () => {
      shown = undefined;
    },
    release: () => resident.release(),
  };
}
