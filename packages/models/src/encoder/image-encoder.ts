import { createHash } from 'node:crypto';
import { modelErrors } from '../errors.js';
import type { Executable, TensorEngine } from '../engines/tensor-engine.js';
import { float32Tensor } from '../engines/tensor.js';
import { samInput } from '../zoo/model-zoo.js';
import { modelDigest, resolveModelFile } from '../zoo/resolve-model-file.js';
import { toTokenMajor } from './token-major.js';

/** A frozen image encoder in inference mode. */
export interface ImageEncoder {
  readonly model: string;
  /** Normalised pixels, RGB `[3, 1024, 1024]`, to an embedding, token-major `[4096, 256]`. */
  encode(pixels: Float32Array<ArrayBuffer>): Promise<Float32Array<ArrayBuffer>>;
  release(): Promise<void>;
}

/** Changes when the order of values in an embedding does. */
const LAYOUT = 'token-major/1';

/** SHA-256 (hex) of a model's encoder file and of the embedding's layout: what an embedding depends on besides its image. */
export async function imageEncoderDigest(model: string): Promise<string> {
  return createHash('sha256')
    .update(`${await modelDigest(model, 'encoder')} ${LAYOUT}`)
    .digest('hex');
}

/** Opens a model's encoder, which runs as its file has it. Throws what resolving the file throws. */
export async function openImageEncoder(engine: TensorEngine, model: string): Promise<ImageEncoder> {
  const { size, grid, channels } = samInput;
  const label = `the image encoder of ${model}`;
  const executable = await engine.loadModel(await resolveModelFile(model, 'encoder'), { label });
  const { input, output } = portsOf(executable, model);
  return {
    model,
    encode: async (pixels) => {
      const outputs = await executable.run({ [input]: float32Tensor([1, 3, size, size], pixels) });
      const embedding = outputs[output]!.data as Float32Array;
      return toTokenMajor(embedding, channels, grid * grid);
    },
    release: () => executable.release(),
  };
}

/** The names of the file's only input and output. */
function portsOf({ inputs, outputs }: Executable, model: string): { readonly input: string; readonly output: string } {
  const [input, ...otherInputs] = inputs;
  const [output, ...otherOutputs] = outputs;
  if (input !== undefined && output !== undefined && otherInputs.length + otherOutputs.length === 0) {
    return { input: input.name, output: output.name };
  }
  const problem = `an image encoder has one input and one output, this one ${String(inputs.length)} and ${String(outputs.length)}`;
  throw modelErrors.BAD_MODEL({ model: `the image encoder of ${model}`, problem });
}
