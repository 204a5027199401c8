import path from 'node:path';
import {
  loadPipeline,
  readDeadLetters,
  selectStages,
  type PipelinePlan,
  type Reuse,
  type Selection,
} from '@sluice/core';
import { loadOptions, type PlanOptions } from './load-options.js';
import { findRunFolder } from './runs/find-run.js';

/** What of a pipeline is meant. */
export interface SelectOptions {
  /** Folder that relative paths here are relative to. @default the working folder */
  readonly cwd?: string;
  /** Folder that run folders are made in. @default `runs` */
  readonly runsDir?: string;
  /** Stages to run, and to make anew. @default all, nothing anew */
  readonly selection?: Selection;
  /** A run whose dead letters are worked on, and nothing else in their stages. */
  readonly replay?: string;
}

/** Which pipeline, what is changed in it, and what of it is meant. */
export interface LoadSelectedOptions extends PlanOptions, SelectOptions {
  /** The pipeline file. */
  readonly file: string;
}

export interface LoadedSelection {
  readonly plan: PipelinePlan;
  readonly reuse: Reuse;
}

/** Loads a pipeline with the bundled stages and services. Throws `InvalidPipeline`, and usage errors for names that lead nowhere. */
export async function loadSelected(options: LoadSelectedOptions): Promise<LoadedSelection> {
  return selectPart(await loadPipeline(options.file, loadOptions(options)), options);
}

/** The part of a loaded pipeline that is meant. Throws usage errors for names that lead nowhere. */
export async function selectPart(loaded: PipelinePlan, options: SelectOptions): Promise<LoadedSelection> {
  const { plan, reuse } = selectStages(loaded, options.selection ?? {});
  if (options.replay === undefined) return { plan, reuse };
  const runFolder = await findRunFolder(options.replay, runsFolder(options));
  return { plan, reuse: { ...reuse, replay: await readDeadLetters(runFolder) } };
}

/** Absolute. */
export const runsFolder = ({ cwd = process.cwd(), runsDir = 'runs' }: SelectOptions): string =>
  path.resolve(cwd, runsDir);
