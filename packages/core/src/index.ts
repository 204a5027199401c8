export { causes } from './errors/causes.js';
export { coreErrors } from './errors/core-errors.js';
export { defineErrors, SluiceError } from './errors/define-errors.js';
export { canonicalDigest, canonicalJson } from './files/canonical-digest.js';
export { codeOf, nodeFileSystem, type FileSystem, type OpenFile } from './files/file-system.js';
export { sha256File } from './files/sha256-file.js';
export { writeFileAtomic } from './files/write-file-atomic.js';
export { fromPull, type PullSource } from './flow/from-pull.js';
export { mapBounded } from './flow/map-bounded.js';
export { readDeadLetters } from './items/read-dead-letters.js';
export { checkOptions, type CheckedOptions, type OptionProblem } from './options/check-options.js';
export { composeSchema, type NamedService, type NamedStage, type ServiceNames } from './pipeline/compose-schema.js';
export { InvalidPipeline, type Diagnostic, type RelatedPlace } from './pipeline/diagnostic.js';
export type { Environment } from './pipeline/environment.js';
export { checkPipeline, loadPipeline, loadPoints, type LoadOptions } from './pipeline/load-pipeline.js';
export type { PlainValue } from './pipeline/located-node.js';
export type { JsonSchema } from './pipeline/open-schema.js';
export type {
  CheckedPipeline,
  PipelinePlan,
  PipelinePoint,
  PlannedStage,
  PlannedTest,
  TestItem,
} from './pipeline/plan.js';
export type { BundledService, ServiceChoices } from './pipeline/check-services.js';
export { problemCodes, type ProblemCode } from './pipeline/problem.js';
export { problemHelp } from './pipeline/problem-help.js';
export { renderDiagnostic, renderDiagnostics } from './pipeline/render-diagnostic.js';
export type { FilePosition } from './pipeline/source-text.js';
export { suggestion } from './pipeline/suggest.js';
export type { ValueOrigin } from './pipeline/value-origins.js';
export { printPipeline } from './pipeline/print-pipeline.js';
export { randomOf, type Random } from './random/random-of.js';
export { readAllowList, type AllowList } from './registry/allow-list.js';
export { packageIdentity, type PackageIdentity } from './registry/package-identity.js';
export { packageIntegrity, packageRecord, type PackageRecord } from './registry/package-integrity.js';
export { findService, type ServiceLookup } from './registry/service-registry.js';
export { stageRegistry, type BundledStage, type BundledStages, type StageLookup } from './registry/stage-registry.js';
export { describeDifference, keyDifferences, type KeyDifference } from './forecast/key-differences.js';
export { planRun, type PlanRunOptions, type RunForecast, type StageForecast } from './forecast/plan-run.js';
export { latestRun, readRunRecord, type RunRecord } from './forecast/run-record.js';
export { selectStages, type SelectedPlan, type Selection } from './pipeline/select-stages.js';
export { createRunFolder, openRunFolder } from './run/create-run-folder.js';
export type { ObservedRun, RunObserver } from './run/observers/run-observer.js';
export type { Manifest, ManifestStage } from './run/observers/write-manifest.js';
export { processMark, processState, type ProcessMark } from './run/process-mark.js';
export { readManifest, type ManifestReading } from './run/read-manifest.js';
export { readResolved } from './run/read-resolved.js';
export type { EdgeStatistics, MetricValues, RunEvent, StageEvent } from './run/run-event.js';
export type { RunFolder } from './run/run-folder.js';
export type { LogLevel } from './run/run-logger.js';
export type { Reuse } from './run/open-stages.js';
export { runTests, type RunTestsOptions, type TestOutcome } from './run/run-tests.js';
export { runPipeline, type RunOptions } from './run/run-pipeline.js';
export type { ContentStore } from './services/content-store.js';
export type { Logger } from './services/logger.js';
export type { NoteService } from './services/note-service.js';
export { defineService, type AnyService, type ServiceDefinition } from './services/define-service.js';
export type { LogLine, LogWriter } from './services/log-writer.js';
export type { Snapshot, StageState, StateStore } from './services/state-store.js';
export { serviceToken } from './services/service-token.js';
export { CONTENT_STORE, LOG_WRITER, LOGGER, NOTE_SERVICE, RUN_FOLDER, STATE_STORE } from './services/tokens.js';
export type { AnyStage } from './stage/any-stage.js';
export { defineContract, type DataContract } from './stage/data-contract.js';
export {
  defineStage,
  feedback,
  optional,
  type InputPort,
  type Lack,
  type InputPorts,
  type InputStreams,
  type ItemOf,
  type OutputPorts,
  type OutputStreams,
  type Services,
  type ServiceTokens,
  type StageDefinition,
} from './stage/define-stage.js';
export {
  defineItemStage,
  definePureStage,
  type ItemStage,
  type ItemWorker,
  type PureStage,
} from './stage/item-stage.js';
export type { ItemContext, KeptItem } from './stage/item-work.js';
export { choice, nameOrPath, path } from './stage/option-types.js';
export type { StageContext } from './stage/stage-context.js';
export { openStageState } from './state/open-stage-state.js';
export { openStateStore } from './state/state-store.js';
export { collectGarbage, type GarbageOptions, type GarbageReport } from './store/collect-garbage.js';
export { openContentStore, type StoreOptions } from './store/content-store.js';
export { describeStore, type StoreDescription } from './store/describe-store.js';
export { statesFolder } from './store/list-entries.js';
export { openRunReferences, withReferences, withStateReferences, type RunReferences } from './store/run-references.js';
export { verifyStore, type VerifyReport } from './store/verify-store.js';
