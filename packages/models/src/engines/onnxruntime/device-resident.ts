import type { Tensor as OrtTensor } from 'onnxruntime-node';
import type { Tensor } from '../tensor.js';
import { viewOf, type DeviceMemory } from './device-memory.js';
import type { WorkerTensor } from './worker-resident.js';

/** A float32 tensor that stays on the device: a run's output there takes its place, and nothing is copied. */
export class DeviceResident implements WorkerTensor {
  readonly #memory: DeviceMemory;
  readonly #shape: Tensor['shape'];
  #owner: OrtTensor;

  private constructor(memory: DeviceMemory, shape: Tensor['shape'], owner: OrtTensor) {
    this.#memory = memory;
    this.#shape = shape;
    this.#owner = owner;
  }

  static async of(memory: DeviceMemory, { shape, data }: Tensor): Promise<DeviceResident> {
    return new DeviceResident(memory, shape, await memory.upload(data as Float32Array));
  }

  get current(): OrtTensor {
    return viewOf(this.#owner, this.#shape);
  }

  spare(): null {
    return null;
  }

  flip(result: OrtTensor): void {
    this.#owner.dispose();
    this.#owner = result;
  }

  async replace({ data }: Tensor): Promise<void> {
    this.flip(await this.#memory.upload(data as Float32Array));
  }

  async copy(): Promise<Tensor> {
    return { dtype: 'float32', shape: this.#shape, data: await this.#memory.download(this.#owner) };
  }

  dispose(): void {
    this.#owner.dispose();
  }
}
