import type { AnyStage } from '@sluice/core';

/** The stages that `uses:` knows by a short name; each is loaded when a pipeline names it. */
export const bundledStages: Readonly<Record<string, () => Promise<AnyStage>>> = {
  ingest: async () => (await import('@sluice/stage-ingest')).ingest,
  'resize-pad': async () => (await import('@sluice/stage-resize-pad')).resizePad,
  'sample-prompts': async () => (await import('@sluice/stage-sample-prompts')).samplePrompts,
  encode: async () => (await import('@sluice/stage-encode')).encode,
  'train-decoder': async () => (await import('@sluice/stage-train-decoder')).trainDecoder,
  evaluate: async () => (await import('@sluice/stage-evaluate')).evaluate,
  'early-stop': async () => (await import('@sluice/stage-early-stop')).earlyStop,
  'export-onnx': async () => (await import('@sluice/stage-export-onnx')).exportOnnx,
  overlay: async () => (await import('@sluice/stage-overlay')).overlay,
};
