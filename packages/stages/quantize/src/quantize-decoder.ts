import { canonicalDigest } from '@sluice/core';
import {
  calibrate,
  decoderFeeds,
  decoderModel,
  float16Weights,
  onnxDecoder,
  packedDecoder,
  packedFeeds,
  quantizeBehindGate,
  readCheckpoint,
  writeOnnx,
  type Calibration,
  type Checkpoint,
  type GatedQuantization,
  type LabelledEmbedding,
  type OnnxModel,
} from '@sluice/models';
import { fileDecoder, type Decoder } from './decoders.js';
import { keptJson } from './kept-json.js';
import type { QuantizeOptions } from './options.js';
import type { Tools } from './tools.js';
import { QUANTIZER_VERSION } from './version.js';

/** Prompts of an image that calibrate, and images and prompts that rank the parts. */
const [ASKED, PROBES] = [8, 2] as const;

/** The decoder of the result. */
export interface DecoderQuantization {
  readonly precision: QuantizeOptions['decoder'];
  readonly float: OnnxModel;
  readonly quantized: OnnxModel;
  /** To answer prompts with it. */
  readonly decoder: Decoder;
  /** How its parts were chosen; only in INT8. */
  readonly gated?: GatedQuantization;
}

export interface QuantizeDecoderOptions extends Pick<QuantizeOptions, 'calibrator'> {
  readonly checkpoint: Checkpoint;
  readonly precision: QuantizeOptions['decoder'];
  /** The checkpoint's decoder, as it is. */
  readonly original: Decoder;
  /** Calibration images, as the quantized encoder gives them. */
  readonly samples: readonly LabelledEmbedding[];
  /** F1 that must be reached. */
  readonly atLeast: number;
  /** F1 with answers of a decoder. */
  readonly f1Of: (decoder: Decoder, note: string) => Promise<number>;
}

/** Makes the decoder smaller as it was asked for; one with which the gate doesn't hold stays in float, and a warning says so. */
export async function quantizeDecoder(options: QuantizeDecoderOptions, tools: Tools): Promise<DecoderQuantization> {
  const { checkpoint, precision, original, atLeast, f1Of } = options;
  const float = await decoderModel(await readCheckpoint(checkpoint), checkpoint);
  const asItIs = { precision: 'float', float, quantized: float, decoder: original } as const;
  if (precision === 'float') return asItIs;
  const decoderOf = (quantized: () => OnnxModel, groups: readonly string[]): Decoder => {
    const { digest } = checkpoint;
    const samples = options.samples.map(({ encoded }) => encoded.digest);
    const dependsOn = { digest, precision, groups, samples, calibrator: options.calibrator };
    const key = canonicalDigest({ what: 'quantized decoder', version: QUANTIZER_VERSION, ...dependsOn });
    return fileDecoder(tools.engine, key, () => writeOnnx(quantized()));
  };
  const measure = async (quantized: () => OnnxModel, groups: readonly string[]): Promise<number> => {
    const decoder = decoderOf(quantized, groups);
    try {
      return await f1Of(decoder, `decoder ${precision}`);
    } finally {
      await decoder.release();
    }
  };
  const refused = (f1: number): DecoderQuantization => {
    tools.logger.warn(`the decoder stays in float: with ${precision}, F1 on the validation images is ${f1.toFixed(4)}`, { atLeast }); // prettier-ignore
    return asItIs;
  };
  if (precision === 'float16-weights') {
    const quantized = float16Weights(float);
    const f1 = await measure(() => quantized, []);
    return f1 < atLeast ? refused(f1) : { precision, float, quantized, decoder: decoderOf(() => quantized, []) };
  }
  const gated = await quantizeInto8Bits(float, { ...options, measure }, tools);
  const { outcome, quantized } = gated;
  if (!outcome.holds) return refused(outcome.f1);
  return { precision, float, quantized, gated, decoder: decoderOf(() => quantized, [...outcome.float].sort()) };
}

async function quantizeInto8Bits(
  float: OnnxModel,
  options: QuantizeDecoderOptions & { readonly measure: (quantized: () => OnnxModel, groups: readonly string[]) => Promise<number> }, // prettier-ignore
  { engine, store, signal, onImage }: Tools,
): Promise<GatedQuantization> {
  const { checkpoint, samples, calibrator, atLeast, measure } = options;
  const asked = samples.map(({ encoded, prompted }) => ({
    ...{ encoded, prompts: prompted.promptsAt('evaluation').slice(0, ASKED) },
  }));
  const counts = asked.flatMap(({ prompts }) => prompts.map(({ box, points = [] }) => points.length + (box ? 2 : 1)));
  const points = counts.reduce((most, count) => Math.max(most, count), 2);
  const feeds = async function* (): AsyncGenerator<Float32Array<ArrayBuffer>, void> {
    for (const [done, { encoded, prompts }] of asked.entries()) {
      const embedding = await encoded.load();
      for (const prompt of prompts)
        yield packedFeeds(decoderFeeds(embedding, encoded.frame, encoded.image, prompt), points);
      onImage(done + 1, asked.length, 'calibrating the decoder');
    }
  };
  const dependsOn = {
    ...{ version: QUANTIZER_VERSION, engine: { name: engine.name, version: engine.version }, calibrator },
    ...{ decoder: checkpoint.digest },
    samples: samples.map(({ encoded, prompted }) => ({ embedding: encoded.digest, prompts: prompted.identity() })),
  };
  const calibration = await keptJson<Calibration>(store, { ...dependsOn, what: 'decoder calibration' }, () =>
    calibrate(packedDecoder(float, points), feeds, { engine, calibrator }),
  );
  const probe = async (model: OnnxModel): Promise<readonly Float32Array[]> => {
    const executable = await engine.loadModel(writeOnnx(model), { label: 'a mask decoder' });
    try {
      const logits: Float32Array[] = [];
      for (const { encoded, prompts } of asked.slice(0, PROBES)) {
        signal.throwIfAborted();
        const few = prompts.slice(0, PROBES);
        const answers = await onnxDecoder(executable).predict(await encoded.load(), encoded.frame, encoded.image, few);
        logits.push(...answers.logits);
      }
      return logits;
    } finally {
      await executable.release();
    }
  };
  return quantizeBehindGate({
    ...{ model: float, calibration, unit: 'product', atLeast, measure, probe },
    kept: (rank) => keptJson(store, { ...dependsOn, what: 'decoder ranking' }, rank),
  });
}
