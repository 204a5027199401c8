import { datasetStats, type DatasetStats } from '@sluice/data';
import { readOptionsOf, type ReadingOptions } from './dataset-options.js';
import { section, totalsLine } from './dataset-report.js';
import type { ExitCode } from './exit-codes.js';
import { withJsonFailure } from './json-document.js';
import { withDataset } from './open-found-dataset.js';
import type { Terminal } from './terminal.js';

export interface DatasetReadOptions extends ReadingOptions {
  readonly format?: string;
}

/** `sluice dataset stats`: what a dataset holds. */
export function datasetStatsCommand(path: string, options: DatasetReadOptions, terminal: Terminal): Promise<ExitCode> {
  const { format, json } = options;
  return withJsonFailure(json, terminal, () =>
    withDataset(path, format, async (root, found) => {
      const stats = await datasetStats(root, found, readOptionsOf(options));
      terminal.out(json ? `${JSON.stringify(stats, undefined, 2)}\n` : statsText(stats));
      return undefined;
    }),
  );
}

function statsText(stats: DatasetStats): string {
  const { format, reason, subsets, categories, instances, images, annotations, skipped } = stats;
  const names = Object.keys(subsets);
  const rows = (counts: Readonly<Record<string, number>>): string[][] =>
    Object.entries(counts).map(([name, count]) => [`  ${name}`, String(count)]);
  const listed = names.map((name) => [`  ${name}`, String(subsets[name]!.items), String(subsets[name]!.annotations)]);
  const byCategory = categories.map((category) => [
    `  ${category}`,
    ...names.map((name) => String(instances[name]?.[category] ?? 0)),
  ]);
  return [
    `format: ${format} (${reason})\n`,
    section('Listed, counted as Datumaro does:', [['  subset', 'items', 'annotations'], ...listed]),
    section('Instances to train on:', [['  category', ...names], ...byCategory]),
    `\n${totalsLine('images', images)}\n${totalsLine('annotations', annotations)}\n`,
    section('Skipped:', rows(skipped)),
    section('Longer side of images, pixels:', rows(stats.imageSizes)),
    section('Area of instances, pixels:', rows(stats.instanceAreas)),
  ].join('');
}
