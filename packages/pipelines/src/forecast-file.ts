import { latestRun, planRun, readRunRecord, type RunForecast, type RunRecord } from '@sluice/core';
import { pipelinesErrors } from './errors.js';
import { loadSelected, runsFolder, type LoadSelectedOptions } from './load-selected.js';
import { findRunFolder } from './runs/find-run.js';

export interface ForecastOptions extends LoadSelectedOptions {
  /** The run to compare with. @default the pipeline's latest */
  readonly versus?: RunRecord;
}

export interface FileForecast {
  readonly forecast: RunForecast;
  /** The run that it was compared with. */
  readonly versus: RunRecord | undefined;
}

/** Says what a run of the file would do, and why. */
export async function forecastFile(options: ForecastOptions): Promise<FileForecast> {
  const { plan, reuse } = await loadSelected(options);
  const versus = options.versus ?? (await latestRun(runsFolder(options), plan.name));
  return { forecast: await planRun(plan, { reuse, ...(versus && { versus }) }), versus };
}

/** What a run that the user names has written down: its name, the beginning of one, a path, or `latest`. */
export async function earlierRun(word: string, runsDir: string): Promise<RunRecord> {
  const folder = await findRunFolder(word, runsDir);
  const record = await readRunRecord(folder);
  if (record === undefined) throw pipelinesErrors.BAD_RUN({ folder, problem: 'it has no manifest that can be read' });
  return record;
}
