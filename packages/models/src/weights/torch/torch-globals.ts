import { isKind, Malformed } from '../pickle/read-pickle.js';
import {
  describeValue,
  quoted,
  type PickleGlobal,
  type PickleValue,
  type TorchStorage,
} from '../pickle/pickle-values.js';
import type { ElementType } from '../tensor-data.js';

const storageTypes: Readonly<Record<string, ElementType>> = {
  DoubleStorage: 'F64',
  FloatStorage: 'F32',
  HalfStorage: 'F16',
  BFloat16Storage: 'BF16',
  LongStorage: 'I64',
  IntStorage: 'I32',
  ShortStorage: 'I16',
  CharStorage: 'I8',
  ByteStorage: 'U8',
  BoolStorage: 'BOOL',
};

const calls: Readonly<Record<string, (args: readonly PickleValue[]) => PickleValue>> = {
  /** Python 2 and PyTorch give no arguments, or a list of pairs; items otherwise come by SETITEMS. */
  'collections.OrderedDict': (args) => {
    const [pairs] = args;
    const isEmpty = args.length === 0 || (args.length === 1 && isKind(pairs!, 'list') && pairs.items.length === 0);
    if (!isEmpty) throw new Malformed('an OrderedDict is called with arguments');
    return { kind: 'dict', ordered: true, entries: new Map() };
  },
  /** (storage, offset, size, stride, requires_grad, backward_hooks[, metadata]) */
  'torch._utils._rebuild_tensor_v2': ([storage = null, offset = null, size = null, stride = null]) => {
    if (!isKind(storage, 'storage')) throw new Malformed(`a tensor's storage is ${describeValue(storage)}`);
    const [shape, strides] = [sizes(size, 'shape'), sizes(stride, 'strides')];
    if (shape.length !== strides.length) throw new Malformed('a tensor has another number of sizes than of strides');
    if (!isSize(offset)) throw new Malformed(`a tensor's offset is ${describeValue(offset)}`);
    const last = shape.reduce((sum, length, axis) => sum + (length - 1) * strides[axis]!, offset);
    const isEmpty = shape.includes(0);
    if (!isEmpty && last >= storage.length) {
      const problem = `a tensor of shape [${shape.join(', ')}] reaches element ${String(last)} of storage ${quoted(storage.key)}, which has ${String(storage.length)}`;
      throw new Malformed(problem);
    }
    return { kind: 'tensor', storage, offset, shape, strides };
  },
  /** (data, requires_grad, backward_hooks): a trainable tensor is a tensor. */
  'torch._utils._rebuild_parameter': ([data = null]) => {
    if (!isKind(data, 'tensor')) throw new Malformed(`a parameter's data is ${describeValue(data)}`);
    return data;
  },
};

/** All that a checkpoint may name. What the names do is written here; nothing of Python's is looked up. */
export const torchGlobals: ReadonlyMap<string, PickleGlobal> = new Map(
  [
    ...Object.entries(calls).map(([name, call]): PickleGlobal => ({ kind: 'global', name, call })),
    ...Object.entries(storageTypes).map(([name, dtype]): PickleGlobal => ({
      kind: 'global',
      name: `torch.${name}`,
      dtype,
    })),
  ].map((global) => [global.name, global]),
);

/** A storage's persistent id: ('storage', class, key, location, length[, None]). The location (a device) is of no matter here. */
export function torchStorage(id: PickleValue): TorchStorage {
  const [tag, type = null, key = null, , length = null, view = null] = isKind(id, 'tuple') ? id.items : [];
  if (tag !== 'storage') throw new Malformed('a persistent id is no storage');
  if (!isKind(type, 'global') || type.dtype === undefined) {
    throw new Malformed(`a storage's class is ${describeValue(type)}`);
  }
  if (typeof key !== 'string') throw new Malformed(`a storage's key is ${describeValue(key)}`);
  if (!isSize(length)) throw new Malformed(`a storage's length is ${describeValue(length)}`);
  if (view !== null) throw new Malformed('a storage is a view of another, as before PyTorch 0.4');
  return { kind: 'storage', key, dtype: type.dtype, length };
}

function sizes(value: PickleValue, what: string): readonly number[] {
  const items = isKind(value, 'tuple') ? value.items : [null];
  if (!items.every(isSize)) throw new Malformed(`a tensor's ${what} is no tuple of sizes`);
  if (items.length > 64) throw new Malformed(`a tensor has ${String(items.length)} axes`);
  return items;
}

const isSize = (value: PickleValue): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
