import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { dataTypes } from '../../onnx/onnx-schema.js';
import { writeOnnx } from '../../onnx/write-onnx.js';
import type { Shape } from '../../graph/graph.js';

/** Moves float32 values to the device and back. A device tensor is its maker's to dispose of. */
export interface DeviceMemory {
  /** [n] on the device. */
  upload(values: Float32Array): Promise<OrtTensor>;
  download(tensor: OrtTensor): Promise<Float32Array<ArrayBuffer>>;
  release(): Promise<void>;
}

/**
 * The binding can leave a session's outputs on the device and feed them to others, but has no copy of its own (`getData` of such a tensor
 * ends the process). A session that does nothing copies: its input comes from one side, its output stays on the other.
 */
export async function openDeviceMemory(settings: InferenceSession.SessionOptions): Promise<DeviceMemory> {
  const model = identityModel();
  const up = await InferenceSession.create(model, { ...settings, preferredOutputLocation: 'gpu-buffer' });
  const down = await InferenceSession.create(model, settings);
  const copied = async (session: InferenceSession, x: OrtTensor): Promise<OrtTensor> => {
    const { y } = await session.run({ x });
    return y!;
  };
  return {
    upload: (values) => copied(up, new OrtTensor('float32', values, [values.length])),
    download: async (tensor) => {
      const { data } = await copied(down, viewOf(tensor, [tensor.size]));
      return data as Float32Array<ArrayBuffer>;
    },
    release: async () => {
      await up.release();
      await down.release();
    },
  };
}

/** The same device memory in another shape; it is gone when `tensor` is disposed of. */
export const viewOf = (tensor: OrtTensor, shape: Shape): OrtTensor =>
  OrtTensor.fromGpuBuffer(tensor.gpuBuffer, { dataType: 'float32', dims: [...shape] });

/** y = x, [n]. */
function identityModel(): Uint8Array {
  const port = (name: string) => ({
    name,
    type: { tensorType: { elemType: dataTypes.float32, shape: { dim: [{ dimParam: 'n' }] } } },
  });
  return writeOnnx({
    irVersion: 8,
    producerName: 'sluice',
    opsetImport: [{ version: 17 }],
    graph: {
      name: 'copy',
      initializer: [],
      node: [{ name: 'copy', opType: 'Identity', input: ['x'], output: ['y'] }],
      input: [port('x')],
      output: [port('y')],
    },
  });
}
