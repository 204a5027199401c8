export { serviceChoices, type ServiceOptions } from './composition.js';
export { pipelinesErrors } from './errors.js';
export { runFile, type RunFileOptions, type RunOutcome } from './run-file.js';
export type { Artifact, FinalMetrics, RunStatus, StageStatus } from './progress/run-status.js';
export { formatSummary } from './progress/summary.js';
export { bundledStages } from './stages/bundled-stages.js';
