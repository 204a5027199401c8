import { join } from 'node:path';
import { filter, lastValueFrom, tap } from 'rxjs';
import { openLineFile } from './append-lines.js';
import type { RunObserver } from './run-observer.js';

/** `skipped.jsonl`: a line for each report of items that were read but not used. */
export const writeSkipped: RunObserver = async (events, { run }) => {
  const file = openLineFile(join(run.root, 'skipped.jsonl'));
  const lines = events.pipe(
    filter((event) => event.type === 'skipped'),
    tap(({ stage, reason, item, count, detail }) =>
      file.append(JSON.stringify({ stage, reason, item, count, detail })),
    ),
  );
  try {
    await lastValueFrom(lines, { defaultValue: undefined });
  } finally {
    file.close();
  }
};
