import type { TensorEngine } from '../engines/tensor-engine.js';
import { float32Tensor } from '../engines/tensor.js';
import { modelErrors } from '../errors.js';
import { dataTypes, type OnnxModel } from '../onnx/onnx-schema.js';
import { writeOnnx } from '../onnx/write-onnx.js';
import { calibrationOf, type Calibration, type Calibrator, type Range } from './calibration.js';
import { copyOf } from './copy-model.js';
import { productsOf } from './products.js';

export interface CalibrateOptions {
  /** Runs the model; one that computes ONNX files. */
  readonly engine: TensorEngine;
  /** @default minmax */
  readonly calibrator?: Calibrator;
}

/**
 * The ranges of the activations that a model's products take, over images: normalised pixels in the shape of the model's input, read as
 * often as `images` is called. One image is run at a time, and only what ranges need is kept.
 */
export async function calibrate(
  model: OnnxModel,
  images: () => AsyncIterable<Float32Array<ArrayBuffer>>,
  { engine, calibrator = 'minmax' }: CalibrateOptions,
): Promise<Calibration> {
  const activations = [...new Set(productsOf(model).map(({ activation }) => activation))];
  const executable = await engine.loadModel(writeOnnx(withExtremes(model, activations)), { label: 'calibration' });
  const ranges: Record<string, Range> = {};
  let count = 0;
  try {
    const [input] = executable.inputs;
    for await (const pixels of images()) {
      const outputs = await executable.run({ [input!.name]: float32Tensor(input!.shape.map(Number), pixels) });
      for (const [i, name] of activations.entries()) {
        const [min, max] = ['min', 'max'].map((what) => Number(outputs[`${what}/${String(i)}`]!.data[0]));
        const before = ranges[name] ?? { min: 0, max: 0 };
        if (!Number.isFinite(min) || !Number.isFinite(max))
          throw modelErrors.BAD_MODEL({
            model: 'the model',
            problem: `"${name}" is not finite on image ${String(count + 1)}`,
          });
        ranges[name] = { min: Math.min(before.min, min!), max: Math.max(before.max, max!) };
      }
      count += 1;
    }
  } finally {
    await executable.release();
  }
  if (count === 0) throw modelErrors.BAD_MODEL({ model: 'the model', problem: 'there is no calibration image' });
  return calibrationOf({ calibrator, images: count, ranges });
}

/** The model with the least and the greatest element of each activation as outputs `min/I` and `max/I`. */
function withExtremes(model: OnnxModel, activations: readonly string[]): OnnxModel {
  const copy = copyOf(model);
  activations.forEach((name, i) => {
    for (const [what, opType] of [
      ['min', 'ReduceMin'],
      ['max', 'ReduceMax'],
    ] as const) {
      const output = `${what}/${String(i)}`;
      copy.graph.node.push({
        name: output,
        opType,
        input: [name],
        output: [output],
        attribute: [{ name: 'keepdims', i: 0, type: 2 }],
      });
      copy.graph.output.push({
        name: output,
        type: { tensorType: { elemType: dataTypes.float32, shape: { dim: [] } } },
      });
    }
  });
  return copy;
}
