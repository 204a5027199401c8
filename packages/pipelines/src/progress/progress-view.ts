import type { RunEvent } from '@sluice/core';
import type { RunStatus } from './run-status.js';

/** Shows a run while it works. */
export interface ProgressView {
  /** Called after each event with the status that includes it. */
  readonly update: (status: RunStatus, event: RunEvent) => void;
  /** Shows a line (of the log) without damage to what is drawn. */
  readonly log: (line: string) => void;
  /** Leaves the last picture and gives the terminal back; to be called once. */
  readonly stop: () => void;
}

/** Shows nothing but log lines, for `--quiet`. */
export const silentView = (write: (text: string) => void): ProgressView => ({
  update: () => undefined,
  log: (line) => write(`${line}\n`),
  stop: () => undefined,
});
