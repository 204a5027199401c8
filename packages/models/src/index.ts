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
export {
  TENSOR_ENGINE,
  type CompileOptions,
  type Executable,
  type Feeds,
  type Port,
  type Resident,
  type TensorEngine,
} from './engines/tensor-engine.js';
export { float32Tensor, type Tensor } from './engines/tensor.js';
export { createOnnxRuntimeEngine, type OnnxRuntimeOptions } from './engines/onnxruntime/onnx-runtime-engine.js';
