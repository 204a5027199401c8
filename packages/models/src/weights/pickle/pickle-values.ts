import type { ElementType } from '../tensor-data.js';

/** What a pickle of a checkpoint can hold. Objects are shared as in Python: a value that the pickle names twice is one object. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | PickleList
  | PickleTuple
  | PickleDict
  | PickleGlobal
  | TorchStorage
  | TorchTensor;

export interface PickleList {
  readonly kind: 'list';
  readonly items: PickleValue[];
}

export interface PickleTuple {
  readonly kind: 'tuple';
  readonly items: readonly PickleValue[];
}

/** A `dict` or an `OrderedDict`; a Map, so that no key can touch a prototype. */
export interface PickleDict {
  readonly kind: 'dict';
  readonly entries: Map<PickleKey, PickleValue>;
  /** An `OrderedDict` may get attributes (PyTorch's `_metadata`), which are not kept. */
  readonly ordered: boolean;
}

export type PickleKey = string | number | bigint | boolean | null;

/** A class or function of the allow-list: its name, and our own code that stands for it. */
export interface PickleGlobal {
  readonly kind: 'global';
  /** For instance `torch._utils._rebuild_tensor_v2`. */
  readonly name: string;
  /** Absent: it can be named, as storage classes are, but not called. Throws a sentence on what is wrong with the arguments. */
  readonly call?: (args: readonly PickleValue[]) => PickleValue;
  /** Of storage classes. */
  readonly dtype?: ElementType;
}

/** A run of elements in the checkpoint; many tensors may be views of it. */
export interface TorchStorage {
  readonly kind: 'storage';
  readonly key: string;
  readonly dtype: ElementType;
  /** Elements. */
  readonly length: number;
}

/** A view of a storage; `offset` and `strides` count elements. */
export interface TorchTensor {
  readonly kind: 'tensor';
  readonly storage: TorchStorage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** For messages: what a value is, never its content at length. */
export function describeValue(value: PickleValue): string {
  if (value === null) return 'None';
  if (typeof value === 'object') return value.kind === 'global' ? value.name : `a ${value.kind}`;
  return typeof value === 'string' ? `the text ${quoted(value)}` : `the ${typeof value} ${quoted(String(value))}`;
}

/** Text of a file that nobody vouches for: escaped, and cut to a length that a terminal can show. */
export const quoted = (text: string): string =>
  JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text).replace(
    /[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
