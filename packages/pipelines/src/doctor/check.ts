/** What a check has found; `advice` says what to do about what is not in order. */
export interface Finding {
  readonly state: 'ok' | 'warning' | 'failed';
  readonly found: string;
  readonly advice?: string;
}

export interface DoctorContext {
  readonly cacheDir: string;
  readonly runsDir: string;
  /** Folder that the command was called in. */
  readonly cwd: string;
}

/** One question to the machine. What it throws is a failure with its message. */
export interface Check {
  readonly name: string;
  readonly run: (context: DoctorContext) => Finding | Promise<Finding>;
}

export interface CheckResult extends Finding {
  readonly name: string;
}

/** Asks all at once, answers in order; none can stop the others. */
export const runChecks = (checks: readonly Check[], context: DoctorContext): Promise<readonly CheckResult[]> =>
  Promise.all(
    checks.map(async ({ name, run }) => {
      try {
        return { name, ...(await run(context)) };
      } catch (error) {
        return { name, state: 'failed' as const, found: error instanceof Error ? error.message : String(error) };
      }
    }),
  );
