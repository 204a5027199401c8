import { encoderModel, writeOnnx } from '@sluice/models';
import type { ChosenImages } from './gather-images.js';
import { keptJson } from './kept-json.js';
import type { EncodeTimes } from './quantization-record.js';
import type { Quantization } from './quantize-checkpoint.js';
import { machineOf, timeEncoders } from './time-encoders.js';
import type { Tools } from './tools.js';

/** How long encoding takes on this machine: measured once for a quantized encoder, then from the store. */
export async function keptTimes(
  { record, files }: Quantization,
  { calibration: [image] }: ChosenImages,
  { engine, store }: Tools,
): Promise<EncodeTimes> {
  const { model, checkpoint, calibration, encoder } = record;
  const groups = encoder.groups.map(({ group, precision }) => ({ group, precision }));
  const dependsOn = { what: 'encode times', engine: engine.name, version: engine.version, ...machineOf(engine) };
  return keptJson(store, { ...dependsOn, model, checkpoint, calibration: calibration.digest, groups }, async () => {
    const float = writeOnnx(await encoderModel(model));
    return timeEncoders(engine, { float, quantized: files.encoder }, await image!.input.load());
  });
}
