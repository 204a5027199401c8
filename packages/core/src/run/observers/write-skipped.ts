import { join } from 'node:path';
import { lastValueFrom, tap } from 'rxjs';
import { renewLineFile } from './append-lines.js';
import type { RunObserver } from './run-observer.js';

/** `skipped.jsonl`: a line for each report of items that were read but not used. */
export const writeSkipped: RunObserver = async (events, { run }) => {
  const file = renewLineFile(join(run.root, 'skipped.jsonl'));
  let complete = false;
  const lines = events.pipe(
    tap((event) => {
      complete ||= event.type === 'run-finished';
      if (event.type !== 'skipped') return;
      const { stage, reason, item, count, detail } = event;
      file.append(JSON.stringify({ stage, reason, item, count, detail }));
    }),
  );
  try {
    await lastValueFrom(lines, { defaultValue: undefined });
  } finally {
    file.close(complete);
  }
};
