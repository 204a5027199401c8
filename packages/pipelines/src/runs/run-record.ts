import path from 'node:path';
import { processState, readManifest, type Manifest } from '@sluice/core';
import { readMetricRows, type MetricRow } from './read-metric-rows.js';

/** What a run folder tells of its run. */
export interface RunRecord {
  /** Of the folder. */
  readonly name: string;
  readonly folder: string;
  /** As in the manifest, but for a run that nobody runs any more and that never said how it ended. */
  readonly state: Manifest['status'] | 'interrupted';
  readonly manifest: Manifest;
  /** Rows at the end of the run, in the order in which they were reported. */
  readonly final: readonly MetricRow[];
  /** The last row of an epoch. */
  readonly epoch: MetricRow | undefined;
}

/** A folder among the runs that is none, or that is damaged. */
export interface UnreadableRun {
  readonly name: string;
  readonly folder: string;
  readonly problem: string;
}

export async function readRun(folder: string): Promise<RunRecord | UnreadableRun> {
  const name = path.basename(folder);
  const reading = await readManifest(folder);
  if ('problem' in reading) return { name, folder, problem: reading.problem };
  const { manifest } = reading;
  return { name, folder, manifest, state: stateOf(manifest), ...(await readMetricRows(folder)) };
}

function stateOf({ status, process }: Manifest): RunRecord['state'] {
  const gone = status === 'running' && process !== undefined && processState(process) === 'gone';
  return gone ? 'interrupted' : status;
}
