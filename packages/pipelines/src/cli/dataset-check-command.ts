import { checkDataset } from '@sluice/data';
import { plural } from '../progress/describe-stage.js';
import { readOptionsOf } from './dataset-options.js';
import { section, totalsLine } from './dataset-report.js';
import type { DatasetReadOptions } from './dataset-stats-command.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import { withJsonFailure } from './json-document.js';
import { withDataset } from './open-found-dataset.js';
import type { Terminal } from './terminal.js';

/** `sluice dataset check`: everything that is wrong with a dataset, a line each. */
export function datasetCheckCommand(path: string, options: DatasetReadOptions, terminal: Terminal): Promise<ExitCode> {
  const { format, json } = options;
  return withJsonFailure(json, terminal, () =>
    withDataset(path, format, async (root, found) => {
      const checked = await checkDataset(root, found, readOptionsOf(options));
      const { problems, images, annotations, skipped } = checked;
      if (json) terminal.out(`${JSON.stringify({ reason: found.reason, ...checked }, undefined, 2)}\n`);
      else {
        for (const { item, reason, detail } of problems) {
          terminal.out(`${item}: ${reason}${detail === undefined ? '' : ` (${detail})`}\n`);
        }
        const rows = Object.entries(skipped).map(([reason, count]) => [`  ${reason}`, String(count)]);
        terminal.out(`${totalsLine('images', images)}\n${totalsLine('annotations', annotations)}\n`);
        terminal.out(
          `${section('Skipped:', rows)}${path}: ${found.format.name}, ${plural(problems.length, 'problem')}\n`,
        );
      }
      return problems.length > 0 ? exitCodes.stageFailed : exitCodes.ok;
    }),
  );
}
