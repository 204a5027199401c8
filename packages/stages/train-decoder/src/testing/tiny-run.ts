import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CONTENT_STORE,
  loadPipeline,
  openContentStore,
  openStateStore,
  runPipeline,
  STATE_STORE,
  type FileSystem,
  type RunEvent,
} from '@sluice/core';
import { createOnnxRuntimeEngine, TENSOR_ENGINE } from '@sluice/models';
import { Container } from 'inversify';
import { lastValueFrom, toArray } from 'rxjs';
import { tinyStages } from './tiny-stages.js';

/** Sixty steps in ten epochs; the learning rate warms up and falls. */
const pipeline = `sluice: 1
name: tiny
seed: 5
stages:
  samples: { uses: samples }
  train:
    uses: train
    in: { embeddings: samples.embeddings, prompts: samples.prompts, decision: judge.decision }
    with: { epochs: 10, batch-size: 2, checkpoint-every: 4, optimizer: { lr: 0.05, warmup-steps: 7 } }
  judge: { uses: judge, in: { checkpoints: train.checkpoints } }
  best: { uses: publish, in: { checkpoint: judge.best } }
`;

export interface TinyRunOptions {
  /** Holds the pipeline file, `runs` and `cache`. */
  readonly folder: string;
  readonly set?: readonly string[];
  readonly threads?: number;
  readonly signal?: AbortSignal;
  readonly before?: (step: number) => void | Promise<void>;
  readonly consoleWrite?: (line: string) => void;
  /** Writes the states. @default the disk's */
  readonly files?: FileSystem;
  /** Goes on with the run that is there. @default false */
  readonly resume?: boolean;
}

/** Runs the tiny pipeline; all its events. */
export async function tinyRun(options: TinyRunOptions): Promise<readonly RunEvent[]> {
  const {
    folder,
    set = [],
    threads = 1,
    before = () => undefined,
    resume = false,
    signal,
    consoleWrite,
    files,
  } = options;
  const runsDir = join(folder, 'runs');
  const cache = join(folder, 'cache');
  await mkdir(runsDir, { recursive: true });
  await writeFile(join(folder, 'pipeline.yaml'), pipeline);
  const plan = await loadPipeline(join(folder, 'pipeline.yaml'), { bundled: tinyStages(before), set });
  const engine = createOnnxRuntimeEngine({ threads });
  const log = { debug: () => 0, info: () => 0, error: () => 0, warn: (text: string) => consoleWrite?.(text) };
  const container = new Container();
  container.bind(TENSOR_ENGINE).toConstantValue(engine);
  container.bind(CONTENT_STORE).toConstantValue(openContentStore(cache));
  container
    .bind(STATE_STORE)
    .toConstantValue(openStateStore(join(cache, 'states'), { logger: log, ...(files && { files }) }));
  const [only] = await readdir(runsDir);
  try {
    const events = runPipeline(plan, {
      runsDir,
      container,
      ...(resume && only !== undefined && { resume: join(runsDir, only) }),
      ...(signal && { signal }),
      ...(consoleWrite && { consoleLevel: 'warn', consoleWrite }),
    });
    return await lastValueFrom(events.pipe(toArray()));
  } finally {
    await engine.dispose();
  }
}
