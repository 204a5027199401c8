export { serviceChoices, type ServiceOptions } from './composition.js';
export { pipelinesErrors } from './errors.js';
export { runFile, type PlanOptions, type RunFileOptions, type RunOutcome, type RunPlanOptions } from './run-file.js';
export type { Artifact, FinalMetrics, RunStatus, StageStatus } from './progress/run-status.js';
export { runSweep, type RunSweepOptions, type SweepOutcome } from './sweep/run-sweep.js';
export { formatSweep } from './sweep/sweep-table.js';
export type { SweepDocument, SweepPoint } from './sweep/sweep-document.js';
export { formatSummary } from './progress/summary.js';
export { bundledStages } from './stages/bundled-stages.js';
