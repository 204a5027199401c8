import type { LogLine, LogWriter } from '../services/log-writer.js';

/** Hands log lines on to a writer that may come later than the first of them. */
export interface LogRelay {
  readonly push: (line: LogLine) => void;
  /** Hands over what has come so far, and from now on each line; without a writer all are let go. */
  readonly open: (writer: LogWriter | undefined) => void;
  /** What the writer threw first: it gets nothing after that. */
  readonly failure: () => unknown;
}

export function logRelay(): LogRelay {
  const early: LogLine[] = [];
  let hand: (line: LogLine) => void = (line) => early.push(line);
  let failure: unknown;
  return {
    push: (line) => hand(line),
    open: (writer) => {
      hand = (line) => {
        try {
          writer?.write(line);
        } catch (error) {
          failure = error;
          hand = () => undefined;
        }
      };
      for (const line of early.splice(0)) hand(line);
    },
    failure: () => failure,
  };
}
