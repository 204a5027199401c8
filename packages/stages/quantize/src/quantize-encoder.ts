import { canonicalDigest } from '@sluice/core';
import {
  calibrate,
  encoderModel,
  imageEncoderDigest,
  lastProduct,
  openOnnxEncoder,
  quantizeBehindGate,
  writeOnnx,
  type Calibration,
  type GatedQuantization,
  type OnnxModel,
} from '@sluice/models';
import { fileEncoder, type Encoder } from './encoders.js';
import type { LabelledImage } from './gather-images.js';
import { keptJson } from './kept-json.js';
import type { QuantizeOptions } from './options.js';
import type { Tools } from './tools.js';
import { QUANTIZER_VERSION } from './version.js';

/** Calibration images that tell how much quantizing a part alone changes embeddings. */
const PROBES = 2;

export interface EncoderQuantization extends GatedQuantization {
  readonly calibration: Calibration;
  /** Products that compute in float, with their weights in 8 bits. */
  readonly packed: ReadonlySet<string>;
  /** To encode with the quantized one. */
  readonly encoder: Encoder;
}

export interface QuantizeEncoderOptions {
  readonly model: string;
  readonly calibration: readonly LabelledImage[];
  readonly calibrator: QuantizeOptions['calibrator'];
  /** F1 that must be reached. */
  readonly atLeast: number;
  /** F1 with embeddings of an encoder. */
  readonly f1Of: (encoder: Encoder, note: string) => Promise<number>;
}

/** Quantizes a model's image encoder as far as the gate allows. */
export async function quantizeEncoder(options: QuantizeEncoderOptions, tools: Tools): Promise<EncoderQuantization> {
  const { engine, store } = tools;
  const images = options.calibration;
  const float = await encoderModel(options.model);
  const packed = new Set([lastProduct(float) ?? '']);
  const dependsOn = {
    what: 'calibration',
    version: QUANTIZER_VERSION,
    engine: { name: engine.name, version: engine.version },
    encoder: await imageEncoderDigest(options.model),
    images: images.map(({ input }) => input.digest),
    calibrator: options.calibrator,
  };
  const calibration = await keptJson<Calibration>(store, dependsOn, () =>
    calibrate(float, () => pixelsOf(images, tools), { engine, calibrator: options.calibrator }),
  );
  const encoderOf = (quantized: () => OnnxModel, groups: readonly string[]): Encoder => {
    const digest = canonicalDigest({ ...dependsOn, what: 'quantized encoder', float: groups });
    return fileEncoder(engine, digest, () => writeOnnx(quantized()));
  };
  const gated = await quantizeBehindGate({
    model: float,
    calibration,
    unit: 'block',
    packed,
    atLeast: options.atLeast,
    measure: async (quantized, groups) => {
      const encoder = encoderOf(quantized, groups);
      try {
        return await options.f1Of(
          encoder,
          groups.length === 0 ? 'INT8' : `INT8, ${String(groups.length)} parts in float`,
        );
      } finally {
        await encoder.release();
      }
    },
    kept: (rank) => keptJson(store, { ...dependsOn, what: 'ranking' }, rank),
    probe: async (model) => {
      const encoder = await openOnnxEncoder(engine, writeOnnx(model));
      try {
        const embeddings: Float32Array[] = [];
        for (const { input } of images.slice(0, PROBES)) {
          tools.signal.throwIfAborted();
          embeddings.push(await encoder.encode(await input.load()));
        }
        return embeddings;
      } finally {
        await encoder.release();
      }
    },
  });
  const { quantized, outcome } = gated;
  return { ...gated, packed, calibration, encoder: encoderOf(() => quantized, [...outcome.float].sort()) };
}

async function* pixelsOf(
  images: readonly LabelledImage[],
  { onImage }: Tools,
): AsyncGenerator<Float32Array<ArrayBuffer>, void> {
  for (const [done, { input }] of images.entries()) {
    yield await input.load();
    onImage(done + 1, images.length, 'calibrating');
  }
}
