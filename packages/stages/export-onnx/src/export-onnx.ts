import { defineStage, mapBounded } from '@sluice/core';
import {
  CheckpointContract,
  exportEncoder,
  exportDecoder,
  ModelArtifactContract,
  readCheckpoint,
} from '@sluice/models';
import { exportOnnxOptions } from './options.js';

/** Writes a checkpoint as ONNX with the interface of SAM's official decoder, and the image encoder beside it. */
export const exportOnnx = defineStage({
  type: 'export-onnx',
  summary: "The fine-tuned decoder as ONNX with SAM's official interface, and the encoder beside it.",
  inputs: { checkpoint: CheckpointContract },
  outputs: { model: ModelArtifactContract },
  options: exportOnnxOptions,
  create:
    ({ folder }, _services, { run, report }) =>
    ({ checkpoint: checkpoints }) => ({
      model: checkpoints.pipe(
        mapBounded(async (checkpoint) => {
          const { model, epoch } = checkpoint;
          const [encoder, decoder] = [await run.path(folder, 'encoder.onnx'), await run.path(folder, 'decoder.onnx')];
          const [, ...weights] = await exportEncoder(model, encoder);
          await exportDecoder(await readCheckpoint(checkpoint), decoder, { model, epoch });
          report({ type: 'artifact', name: 'image encoder (ONNX)', path: encoder });
          for (const path of weights)
            report({ type: 'artifact', name: 'weights of the image encoder, belong beside it', path });
          report({ type: 'artifact', name: 'fine-tuned decoder (ONNX)', path: decoder });
          return { model, encoder, decoder, checkpoint };
        }, 1),
      ),
    }),
});
