/** A side of `bench quantize`: `node encode-file.mjs FILE INPUT THREADS` runs an encoder file on an image. */
import { readFile } from 'node:fs/promises';
import { createOnnxRuntimeEngine, openOnnxEncoder, readSafetensors } from '@sluice/models';
import { serve } from '../support/serve.mjs';

const [file, input, threads] = process.argv.slice(2);
const pixels = readSafetensors(await readFile(input)).tensors.get('pixels').data;
const engine = createOnnxRuntimeEngine({ threads: Number(threads) });
const encoder = await openOnnxEncoder(engine, file);
await serve({ encode: () => encoder.encode(pixels) }, async () => ({}));
await engine.dispose();
