import { GraphBuilder } from '../../graph/graph-builder.js';
import { emitOnnx } from '../../onnx/emit-onnx.js';
import { refuseTelemetry } from './no-telemetry.js';

/**
 * Loads onnxruntime and adds two numbers on one of its execution providers. Throws what onnxruntime says where that can't be
 * done; a broken driver may take the whole process down, so call it in one that nobody misses.
 */
export async function probeProvider(provider: string): Promise<{ readonly version: string }> {
  refuseTelemetry();
  const { InferenceSession, Tensor, env } = await import('onnxruntime-node');
  const builder = new GraphBuilder();
  const x = builder.input('x', [2]);
  const model = emitOnnx(builder.build({ sum: builder.emit('Add', [x, x]) }));
  const session = await InferenceSession.create(model, { executionProviders: [provider], logSeverityLevel: 4 });
  const { sum } = await session.run({ x: new Tensor('float32', Float32Array.of(1, 2), [2]) });
  await session.release();
  const found = Array.from(sum?.data as Float32Array);
  if (found.join() !== '2,4') throw new Error(`1 + 1 and 2 + 2 came out as ${found.join(' and ')}`);
  return { version: env.versions.node ?? env.versions.common };
}
