/** The machine's matmul limit: one large float32 product in the engine that we train with. `node gemm.mjs THREADS` */
import { createOnnxRuntimeEngine, emitOnnx, float32Tensor, GraphBuilder } from '@sluice/models';
import { serve } from '../support/serve.mjs';

const side = 1536;
const engine = createOnnxRuntimeEngine({ threads: Number(process.argv[2]) });
const graph = new GraphBuilder();
const shape = [side, side];
const product = graph.emit('MatMul', [graph.input('a', shape), graph.input('b', shape)]);
const executable = await engine.loadModel(emitOnnx(graph.build({ product })));

const fill = () =>
  float32Tensor(
    shape,
    Float32Array.from({ length: side * side }, (_, i) => (i % 17) / 17 - 0.5),
  );
const feeds = { a: await engine.allocate(fill()), b: await engine.allocate(fill()) };
// The product stays in the engine: copying it out would be timed, too.
const into = { product: await engine.allocate(float32Tensor(shape)) };

await serve({ gemm: () => executable.run(feeds, into) }, async () => ({ flops: 2 * side ** 3 }));
await engine.dispose();
