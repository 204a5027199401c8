import { latestRun, planRun, readRunRecord, type RunForecast } from '@sluice/core';
import { pipelinesErrors } from './errors.js';
import { loadSelected, runsFolder, type LoadSelectedOptions } from './load-selected.js';
import { findRun } from './runs/find-run.js';

export interface ForecastOptions extends LoadSelectedOptions {
  /** The run to compare with, by name or path. @default the pipeline's latest */
  readonly versus?: string;
}

/** Says what a run of the file would do, and why. */
export async function forecastFile(options: ForecastOptions): Promise<RunForecast> {
  const { plan, reuse } = await loadSelected(options);
  const runsDir = runsFolder(options);
  const versus = await earlierRun(runsDir, plan.name, options);
  return planRun(plan, { reuse, ...(versus && { versus }) });
}

async function earlierRun(runsDir: string, pipeline: string, { versus, cwd }: ForecastOptions) {
  if (versus === undefined) return latestRun(runsDir, pipeline);
  const record = await readRunRecord(await findRun(runsDir, versus, cwd));
  if (record === undefined) throw pipelinesErrors.NO_RUN({ run: versus, runsDir });
  return record;
}
