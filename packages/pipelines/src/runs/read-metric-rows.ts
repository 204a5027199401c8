import { createReadStream } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { MetricValues } from '@sluice/core';

export interface MetricRow {
  readonly stage: string;
  readonly values: MetricValues;
}

/**
 * The rows of `metrics.jsonl` that say how a run ended. Read line by line, since there is a line for each training step; a line
 * that a crash has cut off is left out.
 */
export async function readMetricRows(
  folder: string,
): Promise<{ readonly final: readonly MetricRow[]; readonly epoch: MetricRow | undefined }> {
  const final: MetricRow[] = [];
  let epoch: MetricRow | undefined;
  const input = createReadStream(path.join(folder, 'metrics.jsonl'));
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      const row = /"scope":\s*"(?:final|epoch)"/.test(line) ? rowOf(line) : undefined;
      if (row?.scope === 'final') final.push({ stage: row.stage, values: row.values });
      if (row?.scope === 'epoch') epoch = { stage: row.stage, values: row.values };
    }
  } catch {
    // Without the file, or with one that can't be read, there are no numbers; the manifest says how the run ended.
  }
  return { final, epoch };
}

function rowOf(line: string): (MetricRow & { readonly scope: unknown }) | undefined {
  let content: unknown;
  try {
    content = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof content !== 'object' || content === null) return undefined;
  const { stage, scope, seconds: _, ...values } = content as Record<string, unknown>;
  const scalars = Object.entries(values).filter(([, value]) => {
    return typeof value === 'number' || typeof value === 'string' || value === null;
  });
  return { stage: String(stage), scope, values: Object.fromEntries(scalars) as MetricValues };
}
