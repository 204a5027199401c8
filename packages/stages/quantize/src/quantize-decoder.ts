import { canonicalDigest } from '@sluice/core';
import {
  decoderModel,
  float16Weights,
  readCheckpoint,
  writeOnnx,
  type Checkpoint,
  type OnnxModel,
} from '@sluice/models';
import { fileDecoder, type Decoder } from './decoders.js';
import type { QuantizeOptions } from './options.js';
import type { NetworkRecord } from './quantization-record.js';
import type { Tools } from './tools.js';
import { QUANTIZER_VERSION } from './version.js';

/** The decoder of the result. */
export interface DecoderQuantization extends Pick<NetworkRecord, 'precision' | 'trials'> {
  readonly float: OnnxModel;
  readonly quantized: OnnxModel;
  /** To answer prompts with it. */
  readonly decoder: Decoder;
}

export interface QuantizeDecoderOptions {
  readonly checkpoint: Checkpoint;
  readonly precision: QuantizeOptions['decoder'];
  /** The checkpoint's decoder, as it is. */
  readonly original: Decoder;
  /** F1 that must be reached. */
  readonly atLeast: number;
  /** F1 with answers of a decoder. */
  readonly f1Of: (decoder: Decoder, note: string) => Promise<number>;
}

/** Makes the decoder smaller as it was asked for; one with which the gate doesn't hold stays in float, and a warning says so. */
export async function quantizeDecoder(
  { checkpoint, precision, original, atLeast, f1Of }: QuantizeDecoderOptions,
  { engine, logger }: Tools,
): Promise<DecoderQuantization> {
  const float = await decoderModel(await readCheckpoint(checkpoint), checkpoint);
  const asItIs = { precision: 'float', float, quantized: float, decoder: original, trials: [] } as const;
  if (precision === 'float') return asItIs;
  const quantized = float16Weights(float);
  const digest = canonicalDigest({
    what: 'decoder',
    version: QUANTIZER_VERSION,
    checkpoint: checkpoint.digest,
    precision,
  });
  const decoder = fileDecoder(engine, digest, () => writeOnnx(quantized));
  const f1 = await f1Of(decoder, `decoder in ${precision}`);
  if (f1 >= atLeast) return { precision, float, quantized, decoder, trials: [{ float: 0, f1 }] };
  await decoder.release();
  logger.warn(`the decoder stays in float: with ${precision} F1 on the validation images is ${f1.toFixed(4)}`, {
    atLeast,
  });
  return asItIs;
}
