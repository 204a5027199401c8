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
  CANCELLED: (d: { reason: string }) => `the run was stopped: ${d.reason}`,
  DEADLOCK: (d: { edges: readonly string[] }) =>
    `the run stands still: nothing is left that could move it on. Items wait on ${d.edges.length === 0 ? 'no edge' : d.edges.join(', ')}; ` +
    'a stage must subscribe to all of its inputs at once, or take what it needs of one and leave it',
  NO_SERVICE: (d: { stage: string; service: string; token: string }) =>
    `stage "${d.stage}" needs the service "${d.service}" (${d.token}), and nothing is bound to it; bind it in the container, or choose a module for it under "services:"`,
  SERVICE_FAILED: (d: { stage: string; service: string }) =>
    `the service "${d.service}" of stage "${d.stage}" could not be made`,
  LOGGER_FAILED: () => 'the service "logger" failed',
  SERVICE_NEEDS_ITSELF: (d: { service: string; name: string }) =>
    `the service "${d.service}" asks for itself as "${d.name}"; name another token under its "services"`,
  RESERVED_METRIC: (d: { stage: string; column: string }) =>
    `stage "${d.stage}" reports a metric named "${d.column}", which is a column of every row; choose another name`,
  ITEM_FAILED: (d: { item: string }) => `item "${d.item}" failed`,
  ITEM_TIMEOUT: (d: { item: string; milliseconds: number }) =>
    `item "${d.item}" took longer than its timeout of ${String(d.milliseconds)} ms`,
  NOT_IN_CACHE: (d: { item: string }) =>
    `the result of item "${d.item}" is not in the cache, and --only works on no other stage; run without it first, or with --to`,
  NOT_BYTES: (d: { found: string }) =>
    `a stage that keeps bytes gave ${d.found} for an item; its work must return a Uint8Array`,
  UNDECLARED_SEED: (d: { stage: string }) =>
    `stage "${d.stage}" reads the seed, but says that its results don't depend on it; define it with seeded: true`,
  STORE_FAILED: (d: { doing: string; path: string; reason: string; remedy: string }) =>
    `the content store could not ${d.doing} ${d.path}: ${d.reason}; ${d.remedy}`,
  ROOT_UNREADABLE: (d: { root: string; reason: string }) =>
    `${d.root} names a run that uses this content store, and ${d.reason}; nothing was removed, because the run may refer to it. ` +
    'Make it readable, or delete the file when that run is not needed',
  NO_DEAD_LETTERS: (d: { folder: string }) => `the run in ${d.folder} gave up no item that can be worked on again`,
  NO_SUCH_STAGE: (d: { stage: string; hint: string }) => `there is no stage "${d.stage}"; ${d.hint}`,
  BAD_KEY: (d: { key: string }) => `"${d.key}" is no content key; a key is a SHA-256 in 64 hex digits`,
  STATE_NOT_WRITTEN: (d: { path: string }) =>
    `${d.path} could not be written; the state before it is intact. Make room on the disk, or mend what refuses the file, then go on with \`sluice resume\``,
  STATE_CHANGED: (d: { stage: string; changes: readonly string[] }) =>
    `stage "${d.stage}" of this run can't go on, for what it has done depends on something that has changed: ${d.changes.join('; ')}. ` +
    'Change it back and resume again, or begin a new run with `sluice run`',
});
