import { Tensor as OrtTensor } from 'onnxruntime-node';
import { freeMemory } from '../free-memory.js';
import { allocateData, type Tensor } from '../tensor.js';
import type { HeldSession } from './held-session.js';

/** A tensor that stays in the worker from run to run. */
export interface WorkerTensor {
  /** What runs read. */
  readonly current: OrtTensor;
  /** Where a run may write the next value; `null`, where the run brings memory of its own. */
  spare(): OrtTensor | null;
  /** A run of `maker` has succeeded: its result, in the spare memory where there is one, is the value now. */
  flip(result: OrtTensor, maker: HeldSession): void | Promise<void>;
  replace(tensor: Tensor): void | Promise<void>;
  copy(): Tensor | Promise<Tensor>;
  dispose(): void | Promise<void>;
}

/**
 * A tensor that stays in the worker's memory, in two buffers: a run reads the current one while onnxruntime writes the spare one in place,
 * and `flip` swaps them once the run has succeeded. The spare one is made when it is first asked for.
 */
export class WorkerResident implements WorkerTensor {
  #tensor: Tensor;
  #current: OrtTensor;
  #spare: { readonly tensor: Tensor; readonly ort: OrtTensor } | undefined;

  constructor(tensor: Tensor) {
    this.#tensor = tensor;
    this.#current = toOrtTensor(tensor);
  }

  get current(): OrtTensor {
    return this.#current;
  }

  spare(): OrtTensor {
    if (this.#spare === undefined) {
      const { dtype, shape, data } = this.#tensor;
      const tensor = { dtype, shape, data: allocateData(dtype, data.length) };
      this.#spare = { tensor, ort: toOrtTensor(tensor) };
    }
    return this.#spare.ort;
  }

  flip(): void {
    const next = this.#spare;
    if (next === undefined) return;
    this.#spare = { tensor: this.#tensor, ort: this.#current };
    this.#tensor = next.tensor;
    this.#current = next.ort;
  }

  replace(tensor: Tensor): void {
    freeMemory([this.#tensor.data.buffer]);
    this.#tensor = tensor;
    this.#current = toOrtTensor(tensor);
  }

  copy(): Tensor {
    return { ...this.#tensor, data: this.#tensor.data.slice() };
  }

  dispose(): void {
    this.#spare = undefined;
  }
}

/** The same memory as onnxruntime's tensor. */
export function toOrtTensor({ dtype, shape, data }: Tensor): OrtTensor {
  return new OrtTensor(dtype, data, [...shape]);
}
