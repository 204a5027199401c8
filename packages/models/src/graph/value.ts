/** Sizes from the outermost axis to the innermost; `[]` is a scalar. */
export type Shape = readonly number[];

export type DType = 'float32' | 'int64' | 'bool';

export interface ValueType {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** A tensor that a graph computes, takes or holds. Its identity is the object; the name is for people and files. */
export interface Value extends ValueType {
  readonly name: string;
}
