import { encoderModel, writeOnnx } from '@sluice/models';
import type { ChosenImages } from './gather-images.js';
import { keptJson } from './kept-json.js';
import { peakMemory } from './peak-memory.js';
import type { EncodeCosts } from './quantization-record.js';
import type { Quantization } from './quantize-checkpoint.js';
import { machineOf, timeEncoders } from './time-encoders.js';
import type { Tools } from './tools.js';

/** What encoding costs on this machine: measured once for a quantized encoder, then from the store. */
export async function keptCosts(
  { record, files }: Quantization,
  { calibration: [image] }: ChosenImages,
  tools: Tools,
): Promise<EncodeCosts> {
  const { engine, store } = tools;
  const { model, checkpoint, calibration, encoder } = record;
  const groups = encoder.groups.map(({ group, precision }) => ({ group, precision }));
  const dependsOn = { what: 'encode costs', engine: engine.name, version: engine.version, ...machineOf(engine) };
  return keptJson(store, { ...dependsOn, model, checkpoint, calibration: calibration.digest, groups }, async () => {
    const both = { float: writeOnnx(await encoderModel(model)), quantized: files.encoder };
    const times = await timeEncoders(engine, both, await image!.input.load());
    const peaks = await peaksOf(both, tools);
    return { encode_ms: times, ...(peaks && { peak_rss_mb: peaks }) };
  });
}

/** Where no process can be started, the rest of what was done is still worth having. */
async function peaksOf(
  { float, quantized }: { readonly float: Uint8Array; readonly quantized: Uint8Array },
  { engine: { threads }, logger, signal }: Tools,
): Promise<EncodeCosts['peak_rss_mb']> {
  const megabytes = async (file: Uint8Array) => Math.round((await peakMemory(file, threads, signal)) / 1e6);
  try {
    return { float: await megabytes(float), quantized: await megabytes(quantized) };
  } catch (error) {
    signal.throwIfAborted();
    logger.warn(`peak memory was not measured: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
