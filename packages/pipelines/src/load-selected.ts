import { availableParallelism } from 'node:os';
import path from 'node:path';
import {
  loadPipeline,
  readDeadLetters,
  selectStages,
  type PipelinePlan,
  type Reuse,
  type Selection,
} from '@sluice/core';
import { serviceChoices } from './composition.js';
import { findRun } from './runs/find-run.js';
import { bundledStages } from './stages/bundled-stages.js';

/** Which pipeline, what is changed in it, and what of it is meant. */
export interface LoadSelectedOptions {
  /** The pipeline file. */
  readonly file: string;
  /** Overrides, `path.to.key=value`. */
  readonly set?: readonly string[];
  /** Folder that relative paths here are relative to. @default the working folder */
  readonly cwd?: string;
  /** Folder that run folders are made in. @default `runs` */
  readonly runsDir?: string;
  /** Folder of the content store. @default `$SLUICE_CACHE_DIR`, else `.sluice/cache` */
  readonly cacheDir?: string;
  /** Threads of the tensor engine: the same number gives the same bytes. @default one a core */
  readonly threads?: number;
  /** Stages to run, and to make anew. @default all, nothing anew */
  readonly selection?: Selection;
  /** A run whose dead letters are worked on, and nothing else in their stages. */
  readonly replay?: string;
}

export interface LoadedSelection {
  readonly plan: PipelinePlan;
  readonly reuse: Reuse;
  /** Absolute. */
  readonly runsDir: string;
  readonly threads: number;
}

/** Loads a pipeline with the bundled stages and services. Throws `InvalidPipeline`, and usage errors for names that lead nowhere. */
export async function loadSelected(options: LoadSelectedOptions): Promise<LoadedSelection> {
  const { cwd = process.cwd(), threads = availableParallelism(), selection = {} } = options;
  const runsDir = path.resolve(cwd, options.runsDir ?? 'runs');
  const cacheDir = options.cacheDir ?? (process.env['SLUICE_CACHE_DIR'] || path.join('.sluice', 'cache'));
  const services = serviceChoices({ cacheDir: path.resolve(cwd, cacheDir), threads });
  const loaded = await loadPipeline(options.file, { bundled: bundledStages, services, cwd, set: options.set ?? [] });
  const { plan, reuse } = selectStages(loaded, selection);
  if (options.replay === undefined) return { plan, reuse, runsDir, threads };
  const replay = await readDeadLetters(await findRun(runsDir, options.replay, cwd));
  return { plan, reuse: { ...reuse, replay }, runsDir, threads };
}
