import path from 'node:path';
import { readResolved } from '@sluice/core';
import { runNames } from '../runs/list-runs.js';

/** A run and its stages that name a model. */
export interface ModelUse {
  readonly run: string;
  readonly stages: readonly string[];
}

/** The runs whose pipelines name the model; folders that are no runs are passed over. */
export async function usedBy(model: string, runsDir: string): Promise<readonly ModelUse[]> {
  const uses: ModelUse[] = [];
  for (const run of await runNames(runsDir)) {
    const reading = await readResolved(path.resolve(runsDir, run));
    if ('problem' in reading) continue;
    const { stages = {} } = reading.pipeline as { readonly stages?: Readonly<Record<string, StageWith>> };
    const naming = Object.entries(stages).flatMap(([id, stage]) => (stage.with?.['model'] === model ? [id] : []));
    if (naming.length > 0) uses.push({ run, stages: naming });
  }
  return uses;
}

interface StageWith {
  readonly with?: Readonly<Record<string, unknown>>;
}
