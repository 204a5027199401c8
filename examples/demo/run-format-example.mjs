import { parseArgs } from 'node:util';
import { runDemoPipeline } from './run-demo-pipeline.mjs';

/**
 * Runs the example of a dataset format on the demo dataset in that format. The examples end with the same scores, for the pictures and instances are the
 * same: prompts go without jitter, which is drawn by an instance's number, and formats number instances each in its way. `--pictures N` paints N to train
 * on, `--set path=value` overrides the file.
 */
export async function runFormatExample(format, pipeline) {
  const values = argumentsOrExit();
  const train = Math.max(1, Math.trunc(Number(values.pictures)) || 16);
  const others = Math.ceil(train / 3);
  const set = ['vars.epochs=2', 'stages.prompts.with.jitter=0', ...values.set];
  await runDemoPipeline(pipeline, { dataset: { train, val: others, test: others, format }, set });
}

function argumentsOrExit() {
  try {
    const options = {
      // Fewer than the demo has, with more instances in each.
      pictures: { type: 'string', default: '16' },
      set: { type: 'string', multiple: true, default: [] },
    };
    return parseArgs({ options }).values;
  } catch (error) {
    console.error(`${error.message}\nAn example takes --pictures N and --set path=value.`);
    process.exit(2);
  }
}
