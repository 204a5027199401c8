import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeDemoDataset } from '@sluice/data';
import { formatSummary, runFile } from '@sluice/pipelines';

/**
 * Makes the demo dataset where it is missing, beside the pipeline, runs the pipeline on it and ends with the line `RESULT {json}`.
 * `dataset` are options of `writeDemoDataset`, `set` overrides of the file, as in `sluice run --set`.
 */
export async function runDemoPipeline(pipeline, { dataset = {}, set = [] } = {}) {
  const started = performance.now();
  const seconds = () => Math.round((performance.now() - started) / 100) / 10;
  const data = fileURLToPath(new URL('data', pipeline));
  process.stderr.write('Painting the demo dataset: pictures of berries among leaves ...\n');
  const written = await writeDemoDataset(data, dataset);
  process.stderr.write(
    `${written ? `Painted in ${seconds()} s` : 'It is there already'}: ${path.relative(process.cwd(), data)}\n`,
  );

  const file = fileURLToPath(pipeline);
  process.stderr.write(
    `Running ${path.relative(process.cwd(), file)}: encode, fine-tune, evaluate, export, quantize ...\n`,
  );
  const { status, failure } = await runFile({ file, set: [`vars.data=${data}`, ...set], signal: cancelledBySignals() });
  process.stdout.write(`\n${formatSummary(status, process.cwd())}\n`);
  if (failure !== undefined) {
    process.stderr.write(`${failure.error.message}\n`);
    process.exitCode ??= 1;
    return;
  }

  const tested = status.final.filter(({ stage }) => stage === 'test').map(({ values }) => values);
  const [before, after] = [tested.at(0).f1, tested.at(-1).f1];
  const points = (100 * (after - before)).toFixed(1);
  process.stdout.write(
    `F1 on the test images: ${before.toFixed(3)} before, ${after.toFixed(3)} after fine-tuning (${points} points).\n`,
  );
  const quantized = readQuantization(status.folder);
  process.stdout.write(
    `In INT8: F1 ${quantized.f1.toFixed(3)}; the encoder takes ${(100 * quantized.size).toFixed(0)}% of the bytes and encodes ${quantized.speed.toFixed(2)}x as fast.\n`,
  );
  const int8 = { f1_int8: quantized.f1, int8_speed: quantized.speed, int8_size: quantized.size };
  const result = { f1_before: before, f1_after: after, ...int8, seconds: seconds(), run: status.folder };
  process.stdout.write(`RESULT ${JSON.stringify(result)}\n`);
}

/** What the stage `quantize` has found: F1 on the test images, and speed and size of the encoder against float's. */
function readQuantization(folder) {
  const {
    scores,
    encoder,
    encode_ms: time,
  } = JSON.parse(readFileSync(path.join(folder, 'quantized', 'quantize.json'), 'utf8'));
  const { float, quantized } = encoder.bytes;
  return { f1: scores.test.quantized.scores.f1, speed: time.float / time.quantized, size: quantized / float };
}

/** Ctrl-C and SIGTERM end the run in order: its folder then says that it was cancelled. */
function cancelledBySignals() {
  const controller = new AbortController();
  for (const [signal, exitCode] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ]) {
    process.once(signal, () => {
      process.exitCode = exitCode;
      controller.abort(new Error(signal));
    });
  }
  return controller.signal;
}
