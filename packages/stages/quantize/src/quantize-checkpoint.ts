import {
  encoderFile,
  withMetadata,
  writeOnnx,
  type Checkpoint,
  type GatedQuantization,
  type OnnxModel,
} from '@sluice/models';
import { checkpointDecoder, type Decoder } from './decoders.js';
import { encodedBy, floatEmbeddings, floatEncoder, type Encoder } from './encoders.js';
import type { ChosenImages } from './gather-images.js';
import type { QuantizeOptions } from './options.js';
import type { GroupRecord, QuantizationRecord, ScorePair } from './quantization-record.js';
import { quantizeDecoder, type DecoderQuantization } from './quantize-decoder.js';
import { quantizeEncoder, type EncoderQuantization } from './quantize-encoder.js';
import { score } from './score.js';
import type { Tools } from './tools.js';

/** Files of a model and all that is known of them. */
export interface Quantization {
  readonly record: QuantizationRecord;
  /** The result: quantized files, or those of the float model where the gate does not hold. */
  readonly files: { readonly encoder: Uint8Array; readonly decoder: Uint8Array };
}

/** Quantizes a checkpoint's model as far as the gate allows, and scores what comes out. */
export async function quantizeCheckpoint(
  checkpoint: Checkpoint,
  images: ChosenImages,
  options: QuantizeOptions,
  tools: Tools,
): Promise<Quantization> {
  const float = await floatEncoder(tools.engine, checkpoint.model);
  const original = checkpointDecoder(tools.engine, checkpoint);
  const opened = new Set<{ release: () => Promise<void> }>([float, original]);
  try {
    const floatScore = (subset: 'val' | 'test') =>
      score(floatEmbeddings(float, images[subset]), original, checkpoint, `float, ${subset}`, tools);
    const scoreOf = (subset: 'val' | 'test', encoder: Encoder, decoder: Decoder, note: string) =>
      score(encodedBy(encoder, images[subset]), decoder, checkpoint, `${note}, ${subset}`, tools);
    const floatVal = await floatScore('val');
    const atLeast = floatVal.scores.f1 - options['max-f1-drop'];
    const encoder = await quantizeEncoder(
      {
        ...{ model: checkpoint.model, calibration: images.calibration, calibrator: options.calibrator, atLeast },
        f1Of: async (quantized, note) => (await scoreOf('val', quantized, original, note)).scores.f1,
      },
      tools,
    );
    opened.add(encoder.encoder);
    const decoder = await quantizeDecoder(
      {
        ...{ checkpoint, original, atLeast, calibrator: options.calibrator },
        precision: encoder.outcome.holds ? options.decoder : 'float',
        samples: encodedBy(encoder.encoder, images.calibration),
        f1Of: async (quantized, note) => (await scoreOf('val', encoder.encoder, quantized, note)).scores.f1,
      },
      tools,
    );
    opened.add(decoder.decoder);
    const quantizedScore = (subset: 'val' | 'test') => scoreOf(subset, encoder.encoder, decoder.decoder, 'quantized');
    const scores = {
      val: { float: floatVal, quantized: await quantizedScore('val') },
      ...(images.test.length > 0 && {
        test: { float: await floatScore('test'), quantized: await quantizedScore('test') },
      }),
    };
    return await quantizationOf({ checkpoint, images, options, encoder, decoder, scores });
  } finally {
    for (const each of opened) await each.release();
  }
}

interface Findings {
  readonly checkpoint: Checkpoint;
  readonly images: ChosenImages;
  readonly options: QuantizeOptions;
  readonly encoder: EncoderQuantization;
  readonly decoder: DecoderQuantization;
  readonly scores: { readonly val: ScorePair; readonly test?: ScorePair };
}

async function quantizationOf(findings: Findings): Promise<Quantization> {
  const { checkpoint, images, options, encoder, decoder, scores } = findings;
  const { holds } = encoder.outcome;
  const calibration = {
    calibrator: encoder.calibration.calibrator,
    images: images.calibration.map(({ key }) => key),
    digest: encoder.calibration.digest,
  };
  const gate = {
    subset: 'val' as const,
    max_f1_drop: options['max-f1-drop'],
    f1_float: scores.val.float.scores.f1,
    f1_quantized: scores.val.quantized.scores.f1,
    holds,
  };
  const described = (model: OnnxModel, precision: string): Uint8Array =>
    writeOnnx(
      withMetadata(model, {
        'sluice.precision': precision,
        'sluice.calibrator': calibration.calibrator,
        'sluice.calibration_images': String(calibration.images.length),
        'sluice.calibration_digest': calibration.digest,
        'sluice.f1_float': String(gate.f1_float),
        'sluice.f1_quantized': String(gate.f1_quantized),
      }),
    );
  const floatFiles = { encoder: await encoderFile(checkpoint.model), decoder: writeOnnx(decoder.float) };
  const files = {
    encoder: described(encoder.quantized, 'int8'),
    decoder:
      decoder.precision === 'float'
        ? described(decoder.float, 'float32')
        : described(decoder.quantized, decoder.precision),
  };
  const record: QuantizationRecord = {
    model: checkpoint.model,
    epoch: checkpoint.epoch,
    checkpoint: checkpoint.digest,
    calibration,
    gate,
    encoder: {
      precision: 'int8',
      bytes: { float: floatFiles.encoder.length, quantized: files.encoder.length },
      groups: groupRecords(encoder, encoder.packed),
      trials: encoder.outcome.trials,
    },
    decoder: {
      precision: decoder.precision,
      bytes: { float: floatFiles.decoder.length, quantized: files.decoder.length },
      groups: decoder.gated ? groupRecords(decoder.gated) : [],
      trials: decoder.gated?.outcome.trials ?? [],
    },
    scores,
  };
  return { record, files: holds ? files : floatFiles };
}

/** Worst first where they were ranked, else as they come in the network. */
function groupRecords(
  { groups, outcome }: GatedQuantization,
  packed: ReadonlySet<string> = new Set(),
): readonly GroupRecord[] {
  const errors = new Map(outcome.ranking.map(({ group, error }) => [group, error]));
  const inFloat = new Set(outcome.float);
  return groups
    .map(({ group, nodes, weightBytes }): GroupRecord => {
      const error = errors.get(group);
      const precision = inFloat.has(group) ? 'float' : 'int8';
      const isPacked = precision === 'int8' && nodes.every((name) => packed.has(name));
      return {
        ...{ group, precision, nodes, weight_bytes: weightBytes },
        ...(isPacked && { weights_only: true }),
        ...(error !== undefined && { error }),
      };
    })
    .sort((a, b) => (b.error ?? 0) - (a.error ?? 0));
}
