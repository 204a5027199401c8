import { modelErrors } from '../../errors.js';
import { elementCount } from '../../graph/shape.js';
import { elementBytes, tensorData } from '../tensor-data.js';
import type { CheckpointTensor } from '../checkpoint-file.js';
import type { TorchTensor } from '../pickle/pickle-values.js';

/** Elements that a tensor may have beyond those of its storage (an expanded one repeats them): more would let a small file take much memory. */
const MOST_REPEATED = 1 << 24;

/** Checks that a tensor's values have bounds that its file's size sets. */
export function checkTensorSize({ shape, storage }: TorchTensor, name: string, path: string): void {
  const count = elementCount(shape);
  if (count <= Math.max(storage.length, MOST_REPEATED)) return;
  const problem = `tensor ${JSON.stringify(name)} of shape [${shape.join(', ')}] repeats the ${String(storage.length)} values of its storage; at most ${String(MOST_REPEATED)} elements are made so`;
  throw modelErrors.BAD_CHECKPOINT({ path, problem });
}

/** The bytes of the storage, `[begin, end)`, that hold the tensor's elements. */
export function byteRange({ storage, offset, shape, strides }: TorchTensor): { begin: number; end: number } {
  const size = elementBytes[storage.dtype];
  if (shape.includes(0)) return { begin: 0, end: 0 };
  const last = shape.reduce((sum, length, axis) => sum + (length - 1) * strides[axis]!, offset);
  return { begin: offset * size, end: (last + 1) * size };
}

/** The tensor in row-major order from the bytes of its `byteRange`, which are changed where the file is big-endian. */
export function stridedTensor(
  tensor: TorchTensor,
  bytes: Uint8Array<ArrayBuffer>,
  bigEndian: boolean,
): CheckpointTensor {
  const { shape, strides, storage } = tensor;
  const { dtype } = storage;
  if (bigEndian) swapBytes(bytes, elementBytes[dtype]);
  const contiguous = isContiguous(shape, strides) ? bytes : gather(bytes, shape, strides, elementBytes[dtype]);
  return { shape, dtype, data: tensorData(dtype, contiguous.buffer) };
}

function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis]!;
  }
  return true;
}

/** Copies element by element; an odometer over all axes but the last gives where a row begins. */
function gather(
  bytes: Uint8Array,
  shape: readonly number[],
  strides: readonly number[],
  size: number,
): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(elementCount(shape) * size);
  const words = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array, 8: BigUint64Array }[size]!;
  const from = new words(bytes.buffer as ArrayBuffer);
  const to = new words(result.buffer);
  const position = shape.map(() => 0);
  const columns = shape.at(-1) ?? 1;
  const stride = strides.at(-1) ?? 0;
  let row = 0;
  for (let i = 0; i < to.length; i += columns) {
    for (let column = 0; column < columns; column++) to[i + column] = from[row + column * stride]!;
    for (let axis = shape.length - 2; axis >= 0; axis--) {
      row += strides[axis]!;
      position[axis]!++;
      if (position[axis]! < shape[axis]!) break;
      row -= position[axis]! * strides[axis]!;
      position[axis] = 0;
    }
  }
  return result;
}

function swapBytes(bytes: Uint8Array<ArrayBuffer>, size: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (size === 2) buffer.swap16();
  else if (size === 4) buffer.swap32();
  else if (size === 8) buffer.swap64();
}
