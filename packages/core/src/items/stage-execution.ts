/** How a run works on the items of one stage: what the pipeline file says beside `with:`. */
export interface StageExecution {
  readonly retry?: Retry;
  /** Milliseconds for one attempt at an item. */
  readonly timeoutMs?: number;
  /** What an item that fails does: it ends the run, or it is written down and left out. */
  readonly onItemError: 'fail' | 'dead-letter';
  /** Items worked on at once, instead of what the stage says. */
  readonly concurrency?: number;
}

export interface Retry {
  /** All attempts together, the first included. */
  readonly attempts: number;
  /** Milliseconds before the second attempt ... */
  readonly backoffMs: number;
  /** ... which grow by this factor ... */
  readonly factor: number;
  /** ... up to this. */
  readonly maxMs: number;
  /** Errors that are worth another attempt: `io`, `timeout`, or a code or name of an error; none named means all. */
  readonly on: readonly string[];
}

export const plainExecution: StageExecution = { onItemError: 'fail' };
