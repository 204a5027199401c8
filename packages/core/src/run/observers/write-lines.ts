import { join } from 'node:path';
import { lastValueFrom, tap } from 'rxjs';
import type { RunEvent } from '../run-event.js';
import { renewLineFile } from './append-lines.js';
import { described } from './log-events.js';
import type { RunObserver } from './run-observer.js';

/** `skipped.jsonl`: a line for each report of items that were read but not used. */
export const writeSkipped = writeLines('skipped.jsonl', (event) => {
  if (event.type !== 'skipped') return undefined;
  const { stage, reason, item, count, detail } = event;
  return { stage, reason, item, count, detail };
});

/** `items.jsonl`: a line for each item of a pure stage, with its key and whether the cache had it. `sluice why` compares them. */
export const writeItems = writeLines('items.jsonl', (event) => {
  if (event.type !== 'item-cached') return undefined;
  const { stage, item, key, input, outcome } = event;
  return { stage, item, key, input, outcome };
});

/** `dead-letters.jsonl`: a line for each item that was given up, with why; `sluice run --replay` works on them again. */
export const writeDeadLetters = writeLines('dead-letters.jsonl', (event) => {
  if (event.type !== 'dead-letter') return undefined;
  const { stage, item, digest, attempts, error } = event;
  return { stage, item, digest, attempts, error: described(error) };
});

/** A JSON line for each event that `lineOf` gives one for; the file is made with the first. */
function writeLines(name: string, lineOf: (event: RunEvent) => object | undefined): RunObserver {
  return async (events, { run }) => {
    const file = renewLineFile(join(run.root, name));
    let complete = false;
    const lines = events.pipe(
      tap((event) => {
        complete ||= event.type === 'run-finished';
        const line = lineOf(event);
        if (line !== undefined) file.append(JSON.stringify(line));
      }),
    );
    try {
      await lastValueFrom(lines, { defaultValue: undefined });
    } finally {
      file.close(complete);
    }
  };
}
