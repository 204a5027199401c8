import { defineStage, mapBounded, writeFileAtomic } from '@sluice/core';
import { Type } from '@sinclair/typebox';
import { ReportContract, StatisticsContract } from '@pictures/contracts';
import { toArray } from 'rxjs';
import { page } from './page.js';

/** Writes one page about all pictures when the last has come. */
export const report = defineStage({
  type: 'report',
  summary: 'A Markdown page with a row for each picture.',
  inputs: { statistics: StatisticsContract },
  outputs: { report: ReportContract },
  options: Type.Object({ title: Type.String({ default: 'Pictures', description: 'Heading of the page.' }) }),
  create:
    ({ title }, _services, { run, report: tell }) =>
    ({ statistics }) => ({
      report: statistics.pipe(
        toArray(),
        mapBounded(async (pictures) => {
          const path = await run.path('report.md');
          await writeFileAtomic(path, Buffer.from(page(title, pictures)));
          tell({ type: 'artifact', name: 'a table of all pictures', path });
          return { path, pictures: pictures.length };
        }, 1),
      ),
    }),
});
