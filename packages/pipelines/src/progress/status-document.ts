import type { RunStatus } from './run-status.js';

/** A run's status as plain data, for `--json`. */
export const statusDocument = (status: RunStatus) => ({
  ...status,
  stages: status.stages.map((stage) => ({
    ...stage,
    skipped: Object.fromEntries(stage.skipped),
    counted: Object.fromEntries(stage.counted),
  })),
});
