import {
  checkpointPredictor,
  onnxDecoder,
  type Checkpoint,
  type DecoderPredictor,
  type TensorEngine,
} from '@sluice/models';

/** A decoder that is opened for the first prompt that it has to answer. */
export interface Decoder {
  /** What its answers depend on besides the prompt. */
  readonly digest: string;
  readonly open: () => Promise<Pick<DecoderPredictor, 'predict'>>;
  readonly release: () => Promise<void>;
}

/** A checkpoint's decoder in float, run as `evaluate` does: what that has scored is not scored again. */
export function checkpointDecoder(engine: TensorEngine, checkpoint: Checkpoint): Decoder {
  const predictor = checkpointPredictor(engine);
  return { digest: checkpoint.digest, open: () => predictor.open(checkpoint), release: () => predictor.release() };
}

/** A decoder in an ONNX file that `file` makes. */
export function fileDecoder(engine: TensorEngine, digest: string, file: () => Uint8Array): Decoder {
  let opened: ReturnType<TensorEngine['loadModel']> | undefined;
  return {
    digest,
    open: async () => onnxDecoder(await (opened ??= engine.loadModel(file(), { label: 'a mask decoder' }))),
    release: async () => (await opened)?.release(),
  };
}
