export { defineContract, type DataContract } from './stage/data-contract.js';
export {
  defineStage,
  feedback,
  optional,
  type InputPort,
  type InputPorts,
  type InputStreams,
  type OutputPorts,
  type OutputStreams,
  type Services,
  type ServiceTokens,
  type StageDefinition,
} from './stage/define-stage.js';
export { choice, path } from './stage/option-types.js';
export type { StageContext } from './stage/stage-context.js';
export type { EdgeStatistics, MetricValues, RunEvent, StageEvent } from './run/run-event.js';
export type { RunFolder } from './run/run-folder.js';
export type { Logger } from './services/logger.js';
export type { ContentStore } from './services/content-store.js';
export { CONTENT_STORE } from './services/tokens.js';
export { defineErrors, SluiceError } from './errors/define-errors.js';
export { randomOf, type Random } from './random/random-of.js';
