import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { AnyStage, BundledStage } from '@sluice/core';

/** The stages that `uses:` knows by a short name; each is loaded when a pipeline names it. */
export const bundledStages: Readonly<Record<string, BundledStage>> = {
  ingest: bundled('@sluice/stage-ingest', async () => (await import('@sluice/stage-ingest')).ingest),
  'resize-pad': bundled('@sluice/stage-resize-pad', async () => (await import('@sluice/stage-resize-pad')).resizePad),
  'sample-prompts': bundled(
    '@sluice/stage-sample-prompts',
    async () => (await import('@sluice/stage-sample-prompts')).samplePrompts,
  ),
  encode: bundled('@sluice/stage-encode', async () => (await import('@sluice/stage-encode')).encode),
  'train-decoder': bundled(
    '@sluice/stage-train-decoder',
    async () => (await import('@sluice/stage-train-decoder')).trainDecoder,
  ),
  evaluate: bundled('@sluice/stage-evaluate', async () => (await import('@sluice/stage-evaluate')).evaluate),
  'early-stop': bundled('@sluice/stage-early-stop', async () => (await import('@sluice/stage-early-stop')).earlyStop),
  'load-checkpoint': bundled(
    '@sluice/stage-load-checkpoint',
    async () => (await import('@sluice/stage-load-checkpoint')).loadCheckpoint,
  ),
  'ask-images': bundled('@sluice/stage-ask-images', async () => (await import('@sluice/stage-ask-images')).askImages),
  predict: bundled('@sluice/stage-predict', async () => (await import('@sluice/stage-predict')).predict),
  'export-onnx': bundled(
    '@sluice/stage-export-onnx',
    async () => (await import('@sluice/stage-export-onnx')).exportOnnx,
  ),
  quantize: bundled('@sluice/stage-quantize', async () => (await import('@sluice/stage-quantize')).quantize),
  overlay: bundled('@sluice/stage-overlay', async () => (await import('@sluice/stage-overlay')).overlay),
};

/** `package` is read when it is asked for: version and integrity belong into the manifest of runs that use the stage. */
function bundled(name: string, load: () => Promise<AnyStage>): BundledStage {
  return {
    load,
    get package() {
      const entry = createRequire(import.meta.url).resolve(name);
      const { version } = JSON.parse(readFileSync(path.join(path.dirname(entry), '..', 'package.json'), 'utf8')) as {
        version: string;
      };
      return { name, version, entry };
    },
  };
}
