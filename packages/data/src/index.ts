export {
  ModelInputContract,
  PromptedSampleContract,
  SampleContract,
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
