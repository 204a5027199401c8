/** A process of its own that encodes an image with the ONNX file on stdin and prints its peak memory in bytes; argument: threads. */
import { buffer } from 'node:stream/consumers';
import { createOnnxRuntimeEngine, openOnnxEncoder } from '@sluice/models';

const engine = createOnnxRuntimeEngine({ threads: Number(process.argv[2]) });
const encoder = await openOnnxEncoder(engine, new Uint8Array(await buffer(process.stdin)));
// What the pixels are changes neither time nor memory.
for (let run = 0; run < 2; run++) await encoder.encode(new Float32Array(3 * 1024 * 1024).fill(0.5));
await encoder.release();
await engine.dispose();
process.stdout.write(String(process.resourceUsage().maxRSS * 1024));
