import { lowResTarget, type BitMask } from '@sluice/data';
import type { Feeds } from '../engines/tensor-engine.js';
import { float32Tensor } from '../engines/tensor.js';
import { PADDING_LOGIT } from '../losses/pixel-space.js';
import { interpolationMatrices } from '../metrics/upsample-logits.js';
import { toLogitOrder } from '../sam/logit-order.js';
import { LOW_RES, LOW_RES_PIXELS } from '../sam/shape.js';
import type { GradientGraphShape } from './gradient-graph.js';
import type { Resolution } from './loss-resolution.js';
import type { TrainItem } from './train-item.js';

/** Images whose sizes round up to the same multiples share a graph. */
const SIZE_STEP = 64;
const roundedUp = (size: number): number => Math.ceil(size / SIZE_STEP) * SIZE_STEP;

/** The resolution that an image's graph is made for. */
export function graphResolution(
  resolution: Resolution,
  { width, height }: TrainItem['image'],
): GradientGraphShape['resolution'] {
  return resolution === 'low' ? 'low' : { width: roundedUp(width), height: roundedUp(height) };
}

/** Feeds of the loss for some of an item's masks. */
export function lossTargets(item: TrainItem, masks: readonly BitMask[], resolution: Resolution): Feeds {
  return resolution === 'low' ? lowTargets(item, masks) : originalTargets(item, masks);
}

function lowTargets({ frame }: TrainItem, masks: readonly BitMask[]): Feeds {
  const targets = new Float32Array(masks.length * LOW_RES_PIXELS);
  masks.forEach((mask, i) => {
    toLogitOrder(lowResTarget(mask, frame, LOW_RES), targets.subarray(i * LOW_RES_PIXELS, (i + 1) * LOW_RES_PIXELS));
  });
  return { targets: float32Tensor([masks.length, LOW_RES_PIXELS], targets) };
}

function originalTargets({ image: { width, height }, frame }: TrainItem, masks: readonly BitMask[]): Feeds {
  const [rows, columns] = [roundedUp(height), roundedUp(width)];
  const targets = new Float32Array(masks.length * rows * columns);
  masks.forEach(({ data }, i) => {
    for (let y = 0; y < height; y++) targets.set(data.subarray(y * width, (y + 1) * width), (i * rows + y) * columns);
  });
  const padding = new Float32Array(rows * columns).fill(PADDING_LOGIT);
  for (let y = 0; y < height; y++) padding.fill(0, y * columns, y * columns + width);
  const { vertical, horizontal } = interpolationMatrices(frame, width, height);
  const padded = (matrix: Float32Array, length: number): Float32Array => {
    const result = new Float32Array(length * LOW_RES);
    result.set(matrix);
    return result;
  };
  return {
    targets: float32Tensor([masks.length, rows, columns], targets),
    padding: float32Tensor([rows, columns], padding),
    rows: float32Tensor([rows, LOW_RES], padded(vertical, rows)),
    columns: float32Tensor([columns, LOW_RES], padded(horizontal, columns)),
    share: float32Tensor([], [1 / (width * height)]),
  };
}
