import { modelErrors } from '../errors.js';
import type { Port } from './tensor-engine.js';
import { elementCount } from '../graph/shape.js';
import { dtypeOf, type Tensor } from './tensor.js';

/** Refuses a tensor whose array doesn't hold what its dtype and shape say. `where` names it, for instance `feed "pixels"`. */
export function checkTensor({ dtype, shape, data }: Tensor, where: string): void {
  if (dtypeOf(data) !== dtype) {
    throw modelErrors.TENSOR_MISMATCH({
      where,
      problem: `its dtype is ${dtype}, but its data is a ${data.constructor.name}`,
    });
  }
  if (data.length !== elementCount(shape)) {
    const problem = `shape [${shape.join(', ')}] needs ${String(elementCount(shape))} values, but its data holds ${String(data.length)}`;
    throw modelErrors.TENSOR_MISMATCH({ where, problem });
  }
}

/** Refuses a value that doesn't fit a port; a symbolic dimension takes any size. */
export function checkFit(value: Pick<Tensor, 'dtype' | 'shape'>, port: Port, where: string): void {
  const fits =
    value.shape.length === port.shape.length &&
    port.shape.every((size, axis) => typeof size === 'string' || size === value.shape[axis]);
  if (value.dtype === port.dtype && fits) return;
  const problem = `expected ${port.dtype} [${port.shape.join(', ')}], got ${value.dtype} [${value.shape.join(', ')}]`;
  throw modelErrors.TENSOR_MISMATCH({ where, problem });
}
