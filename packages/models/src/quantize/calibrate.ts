import type { Executable, Port, TensorEngine } from '../engines/tensor-engine.js';
import { float32Tensor } from '../engines/tensor.js';
import { modelErrors } from '../errors.js';
import type { OnnxModel } from '../onnx/onnx-schema.js';
import { writeOnnx } from '../onnx/write-onnx.js';
import { calibrationOf, type Calibration, type Calibrator, type Range } from './calibration.js';
import { chooseRange } from './choose-range.js';
import { productsOf } from './products.js';
import { withExtremes, withSamples, type WatchedValue } from './watch-values.js';

export interface CalibrateOptions {
  /** Runs the model; one that computes ONNX files. */
  readonly engine: TensorEngine;
  /** @default minmax */
  readonly calibrator?: Calibrator;
}

/** Reads normalised pixels in the shape of the model's input, from the first image on. */
export type CalibrationImages = () => AsyncIterable<Float32Array<ArrayBuffer>>;

/** What a value was like over all images. */
interface Seen {
  /** Elements of one image's. */
  readonly size: number;
  /** Of each channel of a map, or of the whole. */
  readonly extremes: readonly Range[];
}

/**
 * The ranges of the activations that a model's products take, and of what its convolutions give, over images. One image is run at a time:
 * `minmax` goes through them once, the others a second time for samples of each value. Throws `models/BAD_MODEL` where there is no image
 * or a value is not finite.
 */
export async function calibrate(
  model: OnnxModel,
  images: CalibrationImages,
  { engine, calibrator = 'minmax' }: CalibrateOptions,
): Promise<Calibration> {
  const watched = watchedValues(model);
  const { count, seen } = await findExtremes(model, watched, images, engine);
  const wholes = seen.map(({ extremes }) => joined(extremes));
  const chosen =
    calibrator === 'minmax'
      ? wholes
      : (await findSamples(model, watched, seen, images, engine)).map((samples, i) =>
          chooseRange(calibrator, samples, wholes[i]!),
        );
  const named = <T>(values: readonly T[]): readonly (readonly [string, T])[] =>
    watched.map(({ name }, i) => [name, values[i]!]);
  return calibrationOf({
    calibrator,
    images: count,
    ranges: Object.fromEntries(named(chosen)),
    channels: Object.fromEntries(named(seen.map(({ extremes }) => extremes)).filter(([, { length }]) => length > 1)),
  });
}

/** What products take; and what convolutions give, which is rounded, too. */
function watchedValues(model: OnnxModel): readonly WatchedValue[] {
  const watched = new Map<string, WatchedValue>();
  for (const { node, activation } of productsOf(model)) {
    if (!watched.has(activation)) watched.set(activation, { name: activation, isMap: false });
    if (node.opType === 'Conv') watched.set(node.output[0]!, { name: node.output[0]!, isMap: true });
  }
  return [...watched.values()];
}

const joined = (ranges: readonly Range[]): Range => ({
  min: ranges.reduce((least, { min }) => Math.min(least, min), 0),
  max: ranges.reduce((most, { max }) => Math.max(most, max), 0),
});

async function findExtremes(
  model: OnnxModel,
  watched: readonly WatchedValue[],
  images: CalibrationImages,
  engine: TensorEngine,
): Promise<{ readonly count: number; readonly seen: readonly Seen[] }> {
  let seen: readonly Seen[] | undefined;
  const refuse = (name: string, image: number) =>
    modelErrors.BAD_MODEL({ model: 'the model', problem: `"${name}" is not finite on image ${String(image)}` });
  const count = await runEach(withExtremes(model, watched), images, engine, (outputs, image) => {
    // The least and the greatest of values pass over NaN; what comes out in the end does not.
    for (const { name } of model.graph.output) if (!outputs(name).every(Number.isFinite)) throw refuse(name, image);
    seen = watched.map(({ name }, i) => {
      const [least, most] = [outputs(`min/${String(i)}`), outputs(`max/${String(i)}`)];
      if (![...least, ...most].every(Number.isFinite)) throw refuse(name, image);
      const before = seen?.[i]?.extremes;
      const extremes = Array.from(least, (min, channel) =>
        joined([{ min, max: most[channel]! }, ...(before ? [before[channel]!] : [])]),
      );
      return { size: outputs(`size/${String(i)}`)[0]!, extremes };
    });
  });
  if (seen === undefined) throw modelErrors.BAD_MODEL({ model: 'the model', problem: 'there is no calibration image' });
  return { count, seen };
}

async function findSamples(
  model: OnnxModel,
  watched: readonly WatchedValue[],
  seen: readonly Seen[],
  images: CalibrationImages,
  engine: TensorEngine,
): Promise<readonly Float32Array[]> {
  const found = watched.map((): Float32Array[] => []);
  const sampled = withSamples(model, watched, seen.map(({ size }) => size)); // prettier-ignore
  await runEach(sampled, images, engine, (outputs) => {
    found.forEach((samples, i) => samples.push(Float32Array.from(outputs(`samples/${String(i)}`))));
  });
  return found.map((samples) => Float32Array.from(samples.flatMap((each) => [...each])));
}

/** Runs a model on one image after the other; returns how many there were. */
async function runEach(
  model: OnnxModel,
  images: CalibrationImages,
  engine: TensorEngine,
  look: (output: (name: string) => Float32Array, image: number) => void,
): Promise<number> {
  const executable = await engine.loadModel(writeOnnx(model), { label: 'calibration' });
  let count = 0;
  try {
    const [name, shape] = inputOf(executable);
    for await (const pixels of images()) {
      const results = await executable.run({ [name]: float32Tensor(shape, pixels) });
      look((name) => results[name]!.data as Float32Array, ++count);
    }
  } finally {
    await executable.release();
  }
  return count;
}

function inputOf({ inputs }: Executable): readonly [name: string, shape: readonly number[]] {
  const [{ name, shape }] = inputs as readonly [Port];
  const sizes = shape.filter((size) => typeof size === 'number');
  if (sizes.length === shape.length) return [name, sizes];
  const problem = `the size of its input "${name}", [${shape.join(', ')}], is open; say it to \`preparedModel\``;
  throw modelErrors.BAD_MODEL({ model: 'the model', problem });
}
