import { defineErrors } from './define-errors.js';

export const coreErrors = defineErrors('core', {
  BAD_CONCURRENCY: (d: { concurrency: number }) =>
    `mapBounded needs a whole concurrency of at least 1, not ${String(d.concurrency)}`,
  BAD_OPTIONS: (d: { stage: string; problems: readonly string[] }) =>
    `options of stage type "${d.stage}" are wrong: ${d.problems.join('; ')}`,
  NOT_CANONICAL: (d: { path: string; found: string }) =>
    `${d.path} is ${d.found}, which JSON cannot hold; only plain values can be part of a digest`,
  OUTSIDE_RUN_FOLDER: (d: { path: string; root: string }) =>
    `${d.path} lies outside the run folder ${d.root}; give a relative path without ".."`,
});
