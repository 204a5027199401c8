import { cpus } from 'node:os';
import { openOnnxEncoder, type TensorEngine } from '@sluice/models';
import type { EncodeTimes } from './quantization-record.js';

/** Runs of each encoder that count; one more before them warms it up. */
const RUNS = 5;

/** Times an image through both encoders, turn by turn, so that what else the machine does meets both alike. */
export async function timeEncoders(
  engine: TensorEngine,
  files: { readonly float: Uint8Array; readonly quantized: Uint8Array },
  pixels: Float32Array<ArrayBuffer>,
): Promise<EncodeTimes> {
  const float = await openOnnxEncoder(engine, files.float);
  const quantized = await openOnnxEncoder(engine, files.quantized);
  try {
    const times = { float: [] as number[], quantized: [] as number[] };
    for (let run = 0; run <= RUNS; run++) {
      for (const [name, encoder] of [
        ['float', float],
        ['quantized', quantized],
      ] as const) {
        const started = performance.now();
        await encoder.encode(pixels);
        if (run > 0) times[name].push(performance.now() - started);
      }
    }
    return { ...machineOf(engine), float: median(times.float), quantized: median(times.quantized) };
  } finally {
    await float.release();
    await quantized.release();
  }
}

/** What times depend on. */
export const machineOf = ({ threads }: TensorEngine): Pick<EncodeTimes, 'processor' | 'threads'> => ({
  processor: cpus()[0]?.model.trim() ?? 'unknown',
  threads,
});

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
