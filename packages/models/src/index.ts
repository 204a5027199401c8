export {
  CheckpointContract,
  DecisionContract,
  EncodedSampleContract,
  MetricsContract,
  ModelArtifactContract,
  type Checkpoint,
  type Decision,
  type EncodedSample,
  type Metrics,
  type MetricScores,
  type ModelArtifact,
} from './contracts.js';
