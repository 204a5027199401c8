export {
  CheckpointContract,
  DecisionContract,
  EncodedSampleContract,
  MetricsContract,
  ModelArtifactContract,
  TRAINED_DECODER,
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
export {
  createOnnxRuntimeEngine,
  onnxRuntimeVersion,
  type OnnxRuntimeOptions,
} from './engines/onnxruntime/onnx-runtime-engine.js';
export { createTfjsEngine, type TfjsOptions } from './engines/tfjs/tfjs-engine.js';
export {
  describeBackend,
  findBackend,
  type FindBackendOptions,
  whyBackend,
  type FoundBackend,
} from './engines/tfjs/find-backend.js';
export { gradients } from './autodiff/backward.js';
export { GraphBuilder } from './graph/graph-builder.js';
export type { Constant, Graph, GraphNode, Value, ValueType } from './graph/graph.js';
export type { OpAttrs, OpInputs, OpName } from './graph/op-signatures.js';
export { probeProvider } from './engines/onnxruntime/probe-provider.js';
export { engineName, type ProviderName } from './engines/onnxruntime/providers.js';
export { modelErrors } from './errors.js';
export { checkpointPredictor, readCheckpoint, type CheckpointPredictor } from './evaluate/checkpoint-predictor.js';
export { cachedEvaluation, type CachedEvaluationOptions } from './evaluate/cached-evaluation.js';
export { evaluateDecoder, type EvaluateDecoderOptions, type Evaluation } from './evaluate/evaluate-decoder.js';
export { meanEvaluation } from './evaluate/mean-evaluation.js';
export { gatherSubset } from './evaluate/gather-subset.js';
export type { LabelledEmbedding } from './evaluate/pair-samples.js';
export { promptMasks } from './evaluate/prompt-masks.js';
export { fromFloat16Bytes, toFloat16Bytes } from './weights/float16.js';
export {
  readSafetensors,
  weightsOf,
  writeSafetensors,
  type SafetensorsFile,
  type SafetensorsTensor,
} from './weights/safetensors.js';
export { countModel, type ModelCounts } from './cost/count-model.js';
export { modelCost, type ModelCost } from './cost/model-cost.js';
export { onnxCost } from './cost/onnx-cost.js';
export { parameterCount } from './cost/parameter-count.js';
export type { CheckpointFile, CheckpointTensor, TensorInfo } from './weights/checkpoint-file.js';
export { openCheckpoint } from './weights/open-checkpoint.js';
export { readWeights } from './weights/read-weights.js';
export type { ElementType, TensorData } from './weights/tensor-data.js';
export type { Weights, WeightTensor } from './weights/weights.js';
export { emitOnnx } from './onnx/emit-onnx.js';
export type {
  OnnxAttributeProto,
  OnnxGraph,
  OnnxModel,
  OnnxNode,
  OnnxTensor,
  OnnxValueInfo,
} from './onnx/onnx-schema.js';
export { readOnnx, readOnnxFile } from './onnx/read-onnx.js';
export { float32Values } from './onnx/tensor-values.js';
export { writeOnnx } from './onnx/write-onnx.js';
export { calibrate, type CalibrateOptions } from './quantize/calibrate.js';
export { calibrators, type Calibration, type Calibrator } from './quantize/calibration.js';
export { compareEmbeddings, type EmbeddingDifference } from './quantize/compare-embeddings.js';
export { preparedModel, type PrepareOptions } from './quantize/prepare/prepare-model.js';
export { lastProduct } from './quantize/products.js';
export { quantizeModel, type QuantizeOptions } from './quantize/quantize-model.js';
export { float16Weights } from './quantize/gate/float16-weights.js';
export type { GateOutcome, GateTrial, RankedGroup } from './quantize/gate/hold-gate.js';
export { decoderFeeds, onnxDecoder } from './quantize/gate/onnx-decoder.js';
export { packedDecoder, packedFeeds } from './quantize/gate/packed-decoder.js';
export { openOnnxEncoder } from './quantize/gate/onnx-encoder.js';
export {
  quantizeBehindGate,
  type GatedQuantization,
  type QuantizableGroup,
} from './quantize/gate/quantize-behind-gate.js';
export { confusion, type Confusion } from './metrics/confusion.js';
export { ScoreAccumulator } from './metrics/score-accumulator.js';
export { interpolationMatrices, upsampleLogits } from './metrics/upsample-logits.js';
export { packEmbedding, unpackEmbedding, type EmbeddingPrecision } from './encoder/embedding-bytes.js';
export {
  imageEncoderDigest,
  openImageEncoder,
  type ImageEncoder,
  type ImageEncoderOptions,
} from './encoder/image-encoder.js';
export {
  decoderModel,
  encoderFile,
  encoderModel,
  exportEncoder,
  exportDecoder,
  refuseLargeEncoder,
  withMetadata,
  type ExportDecoderOptions,
} from './export/export-decoder.js';
export { readDecoderFile, type DecoderFile } from './weights/decoder-file.js';
export { loadSamWeights } from './weights/load-sam-weights.js';
export {
  embeddedModel,
  filesOf,
  modelEndings,
  modelNames,
  zooModel,
  type PinnedFile,
  type ZooModel,
} from './zoo/model-zoo.js';
export { decoderLacks } from './zoo/decoder-lacks.js';
export { modelLacks } from './zoo/model-lacks.js';
export { modelsFolder } from './zoo/models-folder.js';
export { pullFile, type PullOptions } from './zoo/pull/pull-file.js';
export {
  locate,
  modelDigest,
  resolveModel,
  resolveModelFile,
  verifyFile,
  type ResolvedModel,
} from './zoo/resolve-model-file.js';
export {
  createDecoderPredictor,
  type DecoderPredictor,
  type DecoderPredictorOptions,
  type Prediction,
  type PredictOptions,
} from './train/decoder-predictor.js';
export {
  createDecoderTrainer,
  type DecoderTrainer,
  type DecoderTrainerOptions,
  type TrainedBatch,
} from './train/decoder-trainer.js';
export { refuseLossOptions } from './train/refuse-loss-options.js';
export type { TrainItem } from './train/train-item.js';
export type { Trainable } from './train/trainable.js';
export type { Resolution, ResolutionChoice } from './train/loss-resolution.js';
export type { LossKind, MaskLoss } from './losses/mask-loss.js';
export type { AdamOptions } from './optim/adam.js';
export type { ClipOptions } from './optim/clip-gradients.js';
export type { OptimizerOptions } from './optim/optimizer.js';
export type { SgdOptions } from './optim/sgd.js';
export {
  earlyStopReducer,
  earlyStopStart,
  type EarlyStopOptions,
  type EarlyStopState,
  type ScoredEpoch,
} from './train/early-stop.js';
export {
  fit,
  type FitCheckpoint,
  type FitDecision,
  type FitEvent,
  type FitItem,
  type FitMemory,
  type FitOptions,
  type FitRecord,
  type FitSpeed,
  type FitStep,
} from './train/fit.js';
export { stepsPerEpoch } from './train/batches.js';
export { allFinite, trainingMemory, type TrainingMemory, type TrainingMemoryOptions } from './train/training-memory.js';
export { readTrainingRecord, type TrainingEnvironment, type TrainingRecord } from './train/training-record.js';
export type { TrainingSnapshot } from './train/training-state.js';
export type { NotFiniteOptions } from './train/not-finite.js';
export type { PlateauOptions } from './train/plateau.js';
export {
  adaptedPatience,
  adaptedPlateauPatience,
  adaptiveInterval,
  epochAfter,
  stepsApart,
} from './train/validation-interval.js';
export { learningRateAt, type LearningRateOptions } from './train/learning-rate.js';
