// Tests WebGPU where there is no GPU: on SwiftShader, Vulkan by software, which Debian's `chromium` brings along. Operators, the decoder's train
// step and an encoder against the processor's, then a whole run through the command line on both. Takes two to three minutes.
// With a real GPU, `SLUICE_WEBGPU=1 npx vitest run packages/models/src/{engines,ops}` does the first part.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expectSameLosses, must, runOf } from './lib/compare-runs.mjs';
import { tool } from './lib/run-command.mjs';
import { setUpOrExit } from './setup.mjs';

const STEPS = 2;
/** Largest difference of F1: a pixel whose logit is nearly 0 may fall on either side. */
const F1_TOLERANCE = 1e-3;

const browser = ['/usr/lib/chromium', '/usr/lib64/chromium-browser'].find((folder) =>
  existsSync(path.join(folder, 'vk_swiftshader_icd.json')),
);
if (browser === undefined) {
  console.log('webgpu: skipped, for there is no SwiftShader; `apt install chromium` brings it');
  process.exit(0);
}

await setUpOrExit();
const folder = mkdtempSync(path.join(tmpdir(), 'sluice-webgpu-'));
const runtime = path.join(folder, 'runtime');
mkdirSync(runtime, { mode: 0o700 });
const env = {
  ...process.env,
  SLUICE_WEBGPU: '1',
  VK_DRIVER_FILES: path.join(browser, 'vk_swiftshader_icd.json'),
  // The browser has a Vulkan loader, too.
  LD_LIBRARY_PATH: [browser, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':'),
  XDG_RUNTIME_DIR: runtime,
};

try {
  const tests = ['engines/onnxruntime/webgpu.test.ts', 'ops/operators.test.ts'].map(
    (file) => `packages/models/src/${file}`,
  );
  const vitest = tool('vitest', 'run', '--testTimeout=120000', '--testNamePattern=WebGPU', ...tests);
  console.log(await must('operators, train step and encoder on WebGPU', vitest, env));
  await compareWholeRuns();
  console.log('webgpu: as the processor');
} catch (error) {
  console.log(error instanceof Error ? error.message : error);
  console.log('webgpu: FAILED');
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Ingest, encode, train and evaluate, from generated pictures and a small encoder, on the processor and on WebGPU. */
async function compareWholeRuns() {
  const file = await writePipeline();
  const runOn = (provider) =>
    runOf({
      ...{ title: `a whole run on ${provider}`, file, folder, name: provider, env },
      settings: [`services.engine={ name: onnxruntime, provider: ${provider} }`],
    });
  const [expected, actual] = [await runOn('cpu'), await runOn('webgpu')];
  if (actual.engine.provider !== 'webgpu') throw new Error(`the manifest says ${JSON.stringify(actual.engine)}`);
  const names = ['the processor', 'WebGPU'];
  expectSameLosses({ steps: STEPS, expected: expected.losses, actual: actual.losses, names });
  const scores = [expected, actual].map(({ final }) => final.map(({ f1 }) => f1));
  console.log(`F1 before and after on ${names[0]} ${scores[0].join(', ')}; on ${names[1]} ${scores[1].join(', ')}`);
  const same = scores[0].every((f1, i) => Math.abs(f1 - scores[1][i]) <= F1_TOLERANCE);
  if (scores[0].length !== 2 || scores[1].length !== 2 || !same) throw new Error('F1 is not the same');
}

/** One picture with one object to train on and one to score: software takes seconds for each prompt. */
async function writePipeline() {
  const { writeDemoDataset } = await import('../packages/data/dist/index.js');
  const { writeTinyCheckpoint } = await import('../packages/models/dist/testing/index.js');
  const data = path.join(folder, 'data');
  await writeDemoDataset(data, { train: 1, val: 1, test: 0, width: 320, height: 240 });
  for (const subset of ['train', 'val']) {
    const annotations = path.join(data, 'annotations', `instances_${subset}.json`);
    const labels = JSON.parse(readFileSync(annotations, 'utf8'));
    writeFileSync(annotations, JSON.stringify({ ...labels, annotations: labels.annotations.slice(0, 1) }));
  }
  const model = path.join(folder, 'tiny.safetensors');
  await writeTinyCheckpoint(model, [14], 8);
  const file = path.join(folder, 'pipeline.yaml');
  writeFileSync(
    file,
    `sluice: 1
name: webgpu
stages:
  ingest: { uses: ingest, with: { format: coco, root: ${JSON.stringify(data)} } }
  resize: { uses: resize-pad, in: { samples: ingest.samples } }
  prompts: { uses: sample-prompts, in: { samples: ingest.samples } }
  encode: { uses: encode, in: { images: resize.images }, with: { model: ${JSON.stringify(model)}, concurrency: 1 } }
  train:
    uses: train-decoder
    in: { embeddings: encode.embeddings, prompts: prompts.prompts }
    with: { model: ${JSON.stringify(model)}, epochs: ${STEPS}, batch-size: 1, validate-every: ${STEPS}, loss-tokens: 64, optimizer: { warmup-steps: 0 } }
  test:
    uses: evaluate
    in: { checkpoints: train.checkpoints, embeddings: encode.embeddings, prompts: prompts.prompts }
    with: { scope: final }
`,
  );
  return file;
}
