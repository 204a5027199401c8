import { CONTENT_STORE, defineStage, mapBounded, optional } from '@sluice/core';
import { ModelInputContract, PromptedSampleContract } from '@sluice/data';
import {
  CheckpointContract,
  EncodedSampleContract,
  ModelArtifactContract,
  TENSOR_ENGINE,
  type Checkpoint,
  type ModelArtifact,
} from '@sluice/models';
import { forkJoin, from, of, switchMap, toArray } from 'rxjs';
import { quantizeErrors } from './errors.js';
import { chosenImages, type ChosenImages } from './gather-images.js';
import { keptQuantization } from './kept-quantization.js';
import { keptCosts } from './kept-costs.js';
import { quantizeOptions } from './options.js';
import { scoreRows } from './score-rows.js';
import type { Tools } from './tools.js';
import { writeResult } from './write-result.js';

/** Quantizes a model to INT8 as far as F1 on the validation images allows; else fails, and the float model stays the result. */
export const quantize = defineStage({
  type: 'quantize',
  summary: 'The model in INT8, calibrated on training images, behind a gate on validation F1.',
  inputs: {
    model: CheckpointContract,
    images: ModelInputContract,
    prompts: PromptedSampleContract,
    embeddings: optional(EncodedSampleContract),
  },
  outputs: { model: ModelArtifactContract },
  options: quantizeOptions,
  services: { engine: TENSOR_ENGINE, store: CONTENT_STORE },
  create: (options, { engine, store }, { run, report, signal, logger, seed }) => {
    const tools: Tools = {
      ...{ engine, store, logger, signal },
      onImage: (done, total, note) => {
        signal.throwIfAborted();
        report({ type: 'progress', done, total, unit: 'images', note });
      },
    };

    const quantized = async (checkpoint: Checkpoint, images: ChosenImages): Promise<ModelArtifact> => {
      const { quantization, computed } = await keptQuantization(checkpoint, images, options, tools);
      report({ type: 'counted', what: computed ? 'models quantized' : 'quantized models from the cache', count: 1 });
      const { record } = quantization;
      const costs = record.gate.holds ? await keptCosts(quantization, images, tools) : undefined;
      signal.throwIfAborted();
      const files = await writeResult(run, options.folder, quantization, costs);
      for (const row of scoreRows(record, checkpoint, costs?.encode_ms))
        report({ type: 'metric', scope: 'final', ...row });
      report({ type: 'artifact', name: 'what quantization costs and saves', path: files.page });
      if (costs === undefined) throw quantizeErrors.GATE_NOT_HELD({ record, folder: files.folder });
      report({ type: 'artifact', name: 'image encoder in INT8 (ONNX)', path: files.encoder });
      report({ type: 'artifact', name: `decoder beside it, ${record.decoder.precision} (ONNX)`, path: files.decoder });
      const times = costs.encode_ms;
      if (times.quantized >= times.float) {
        const slower = (times.quantized / times.float).toFixed(2);
        logger.warn(`INT8 is no faster on this machine: an image takes ${slower} times as long as in float`, {
          ...times,
        });
      }
      return { model: checkpoint.model, encoder: files.encoder, decoder: files.decoder, checkpoint };
    };

    return ({ model, images, prompts, embeddings }) => ({
      model: forkJoin({
        checkpoints: model.pipe(toArray()),
        images: images.pipe(toArray()),
        prompts: prompts.pipe(toArray()),
        embeddings: embeddings?.pipe(toArray()) ?? of(undefined),
      }).pipe(
        switchMap(({ checkpoints, ...gathered }) => {
          const chosen = chosenImages(gathered, options.samples, seed);
          return from(checkpoints).pipe(mapBounded((checkpoint) => quantized(checkpoint, chosen), 1));
        }),
      ),
    });
  },
});
