import { splitDataset } from '@sluice/data';
import { readOptionsOf, type WritingOptions } from './dataset-options.js';
import { datasetReport, datasetReportText } from './dataset-report.js';
import type { ExitCode } from './exit-codes.js';
import { withJsonFailure } from './json-document.js';
import { withDataset } from './open-found-dataset.js';
import type { Terminal } from './terminal.js';

export interface DatasetSplitOptions extends WritingOptions {
  readonly format?: string;
  readonly to?: string;
  readonly shares: Readonly<Record<string, number>>;
  readonly seed: number;
}

/** `sluice dataset split`: writes the dataset anew, with other subsets. */
export function datasetSplitCommand(
  source: string,
  target: string,
  options: DatasetSplitOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { format, shares, seed, onBadItem, json } = options;
  return withJsonFailure(json, terminal, () =>
    withDataset(source, format, async (root, found) => {
      const to = options.to ?? found.format.name;
      const { document, ...report } = datasetReport(onBadItem);
      const written = await splitDataset({
        root,
        from: found,
        target,
        to,
        options: readOptionsOf(options),
        shares,
        seed,
        ...report,
      });
      const { subsets: read, ...others } = document();
      if (json) {
        const all = {
          from: found.format.name,
          reason: found.reason,
          to,
          target,
          seed,
          subsets: written,
          read,
          ...others,
        };
        terminal.out(`${JSON.stringify(all, undefined, 2)}\n`);
      } else {
        const counts = Object.entries(written).map(([name, count]) => `${name} ${count}`);
        terminal.out(`${target}: ${to}, ${counts.join(', ')}\n${datasetReportText(document())}`);
      }
      return undefined;
    }),
  );
}
