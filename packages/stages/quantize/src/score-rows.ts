import type { MetricValues } from '@sluice/core';
import type { Checkpoint, Evaluation } from '@sluice/models';
import type { EncodeTimes, QuantizationRecord } from './quantization-record.js';

/** A row of the run's metrics. */
export interface ScoreRow {
  readonly values: MetricValues;
  readonly timing?: MetricValues;
}

/** Rows of the summary: the float model and the quantized one, on each subset. Times are others in each run and stand apart. */
export function scoreRows(
  { encoder, decoder, scores }: QuantizationRecord,
  { epoch, step }: Checkpoint,
  times: EncodeTimes | undefined,
): readonly ScoreRow[] {
  return Object.entries(scores).flatMap(([subset, pair]) =>
    (['float', 'quantized'] as const).map((model): ScoreRow => {
      const { images, instances, scores: found }: Evaluation = pair[model];
      const size = (encoder.bytes[model] + decoder.bytes[model]) / 1e6;
      const values = { epoch, step, subset, images, instances, ...found, model: names[model], megabytes: round(size) };
      return { values, ...(times && { timing: { encode_ms: round(times[model]) } }) };
    }),
  );
}

const names = { float: 'float', quantized: 'INT8' } as const;

const round = (value: number): number => Math.round(value * 10) / 10;
