import { defineErrors } from '@sluice/core';
import type { QuantizationRecord } from './quantization-record.js';

export const quantizeErrors = defineErrors('quantize', {
  NO_CALIBRATION_IMAGES: () =>
    'the train subset has no usable image to calibrate on; check `subsets` of the ingest stage and the list of skipped items, and connect `images` to all images',
  NO_VALIDATION_IMAGES: () =>
    'the val subset has no usable image, so nothing can be measured for the gate; name one under `subsets` of the ingest stage, or make one with `sluice dataset split`',
  IMAGE_UNPAIRED: (d: { key: string; lacks: string }) =>
    `image "${d.key}" came without ${d.lacks}; connect images, prompts and embeddings that come from the same ingest stage`,
  GATE_NOT_HELD: ({ record, folder }: { record: QuantizationRecord; folder: string }) => {
    const { gate, encoder } = record;
    const left = encoder.groups.filter(({ precision }) => precision === 'float').length;
    return (
      `quantization costs more F1 than max-f1-drop allows: on the validation images F1 is ${f1(gate.f1_float)} in float and ${f1(encoder.trials[0]!.f1)} in INT8` +
      (left === 0
        ? ''
        : `, and still ${f1(gate.f1_quantized)} with the worst ${String(left)} of ${String(encoder.groups.length)} parts in float`) +
      `, where ${f1(gate.f1_float - gate.max_f1_drop)} is allowed. The float model stays the result, in ${folder}. ` +
      'Calibrate on more images (`samples`) or with another `calibrator`, or allow a larger `max-f1-drop`'
    );
  },
});

const f1 = (value: number): string => value.toFixed(4);
