export {
  ModelInputContract,
  PromptedSampleContract,
  SampleContract,
  type Flip,
  type Frame,
  type ImageRef,
  type Instance,
  type MaskSource,
  type ModelInput,
  type Prompt,
  type PromptedSample,
  type Sample,
  type Subset,
} from './contracts.js';
export { dataErrors } from './errors.js';
export { emptyMask, maskArea, tightBox, unionMasks, type BitMask, type Box } from './masks/bit-mask.js';
export { lowResTarget } from './masks/low-res-target.js';
export { rasterize } from './masks/rasterize.js';
export { countsOfMask, maskOfCounts } from './masks/rle-counts.js';
export { decodeRleString, encodeRleString } from './masks/rle-string.js';
export { decodeImage } from './images/decode-image.js';
export { IMAGE_CODEC, sharpCodec, type ImageCodec } from './images/image-codec.js';
export type { StoredSize } from './images/image-size.js';
export { drawMasks } from './images/draw-masks.js';
export { frameOf } from './images/frame.js';
export { imageDigest, modelInputOf, type ModelInputOptions } from './images/model-input.js';
export { modelPixels, prepareImage, type PreprocessMode } from './images/prepare-image.js';
export { probeCodec } from './images/probe-codec.js';
export { readPixels } from './images/read-pixels.js';
export { resizeAntialiased } from './images/resize-antialiased.js';
export { resizeBilinear } from './images/resize-bilinear.js';
export type { RgbImage } from './images/rgb-image.js';
export { innermostPixel } from './masks/innermost-pixel.js';
export { flipSample } from './samples/flip-sample.js';
export { sampleDigest } from './samples/sample-digest.js';
export { evaluationPrompts, type PromptKind } from './prompts/evaluation-prompts.js';
export type { JitterNoise } from './prompts/jitter-box.js';
export { promptSampler, type PromptMix, type PromptOptions } from './prompts/prompt-sampler.js';
export { coco } from './formats/coco/coco.js';
export { writeCoco } from './formats/coco/write-coco.js';
export type { DatasetToWrite, DatasetWriter, ImageToWrite, Loss, LossReason } from './formats/dataset-writer.js';
export { datasetWriters } from './formats/dataset-writers.js';
export type {
  DatasetFormat,
  Detection,
  InstancesOf,
  ReadItem,
  ReadOptions,
  SkipReason,
  SubsetNames,
  Unit,
} from './formats/dataset-format.js';
export { openDataset, type OpenDataset, type OpenOptions } from './archives/open-dataset.js';
export { DATUMARO_RULES } from './formats/datumaro-rules.js';
export { findFormat, type FoundFormat } from './formats/find-format.js';
export { datasetFormats } from './formats/formats.js';
export { fileWithin } from './formats/file-within.js';
export { readJson } from './formats/read-json.js';
export { emptyTallies, tally, type Tallies, type Tally } from './formats/tally.js';
export { isHarmless } from './formats/harmless.js';
export { checkDataset, type CheckedDataset, type Problem } from './tools/check-dataset.js';
export { convertDataset, type Conversion } from './tools/convert-dataset.js';
export { datasetStats, type DatasetStats } from './tools/dataset-stats.js';
export { splitDataset, type Split } from './tools/split-dataset.js';
export { datumaro } from './formats/datumaro/datumaro.js';
export { commonSemanticSegmentation } from './formats/semantic/common-semantic-segmentation.js';
export { vocInstance, vocSemantic } from './formats/voc/voc.js';
export { generateScene, type Scene, type SceneContent, type SceneOptions } from './demo/generate-scene.js';
export { writeDemoDataset, type DemoDatasetOptions } from './demo/write-demo-dataset.js';
