/** One line of a run's log. */
export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  /** Id of the stage that it is about. */
  readonly stage?: string;
  /** What else was logged with it. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** Takes every line that goes into the run folder's `log.jsonl`, in its order: the service `logger`. */
export interface LogWriter {
  readonly write: (line: LogLine) => void;
}
