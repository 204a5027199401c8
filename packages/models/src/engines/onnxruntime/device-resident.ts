import type { Tensor as OrtTensor } from 'onnxruntime-node';
import type { Tensor } from '../tensor.js';
import { viewOf, type DeviceMemory } from './device-memory.js';
import type { HeldSession } from './held-session.js';
import type { WorkerTensor } from './worker-resident.js';

/** A float32 tensor that stays on the device: a run's output there takes its place, and nothing is copied. */
export class DeviceResident implements WorkerTensor {
  readonly #memory: DeviceMemory;
  readonly #shape: Tensor['shape'];
  #owner: OrtTensor;
  /** The session that made the value and must outlive it; none, where the device memory's own did, which ends last. */
  #maker: HeldSession | undefined;

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

  async flip(result: OrtTensor, maker?: HeldSession): Promise<void> {
    const [owner, before] = [this.#owner, this.#maker];
    this.#owner = result;
    this.#maker = maker?.hold();
    owner.dispose();
    await before?.letGo();
  }

  async replace({ data }: Tensor): Promise<void> {
    await this.flip(await this.#memory.upload(data as Float32Array));
  }

  async copy(): Promise<Tensor> {
    return { dtype: 'float32', shape: this.#shape, data: await this.#memory.download(this.#owner) };
  }

  async dispose(): Promise<void> {
    this.#owner.dispose();
    await this.#maker?.letGo();
  }
}
