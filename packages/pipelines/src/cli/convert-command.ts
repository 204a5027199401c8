import { convertDataset } from '@sluice/data';
import { readOptionsOf, type WritingOptions } from './dataset-options.js';
import { datasetReport, datasetReportText } from './dataset-report.js';
import type { ExitCode } from './exit-codes.js';
import { withJsonFailure } from './json-document.js';
import { withDataset } from './open-found-dataset.js';
import type { Terminal } from './terminal.js';

export interface ConvertOptions extends WritingOptions {
  readonly to: string;
  readonly from?: string;
}

/** `sluice convert`: reads a dataset and writes it in another format. */
export function convertCommand(
  source: string,
  target: string,
  options: ConvertOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { to, from, onBadItem, json } = options;
  return withJsonFailure(json, terminal, () =>
    withDataset(source, from, async (root, found) => {
      const { document, ...report } = datasetReport(onBadItem);
      await convertDataset({ root, from: found, target, to, options: readOptionsOf(options), ...report });
      const { name } = found.format;
      if (json)
        terminal.out(
          `${JSON.stringify({ from: name, reason: found.reason, to, target, ...document() }, undefined, 2)}\n`,
        );
      else terminal.out(`${target}: ${to}, from ${name} (${found.reason})\n${datasetReportText(document())}`);
      return undefined;
    }),
  );
}
