import type { Shape } from '../graph/graph.js';
import type { ElementType, TensorData } from './tensor-data.js';

export interface TensorInfo {
  readonly shape: Shape;
  /** As the file has it. */
  readonly dtype: ElementType;
}

/** Values in row-major order, whatever the strides in the file are; F16 and BF16 are widened to float32. */
export interface CheckpointTensor extends TensorInfo {
  readonly data: TensorData;
}

/** An open file of named tensors, of any format. Opening reads names and shapes only; `read` reads one tensor's bytes. */
export interface CheckpointFile {
  readonly path: string;
  readonly format: 'torch' | 'torch-legacy' | 'safetensors' | 'onnx';
  /** In the file's order. */
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** Texts that a safetensors file holds beside its tensors; none of the other formats. */
  readonly metadata: Readonly<Record<string, string>>;
  /** What was done to find the tensors and is worth a line of log: the key they lay under, a prefix left away. */
  readonly notes: readonly string[];
  /** Throws `models/MISSING_TENSOR` for a name that the file does not have. */
  readonly read: (name: string) => Promise<CheckpointTensor>;
  /** Bytes of the file that were read so far. */
  readonly bytesRead: () => number;
  readonly close: () => Promise<void>;
}
