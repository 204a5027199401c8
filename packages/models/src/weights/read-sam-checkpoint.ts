import { modelErrors } from '../errors.js';
import { sameShape } from '../graph/shape.js';
import type { Shape } from '../graph/graph.js';
import type { CheckpointFile } from './checkpoint-file.js';
import { readWeights } from './read-weights.js';
import type { Weights } from './weights.js';

/** Parts of SAM that a decoder needs; the image encoder may be in the file, too. */
const decoderPart = /^(prompt_encoder|mask_decoder)\./;

/**
 * SAM's prompt encoder and mask decoder from a checkpoint: exactly the tensors of `expected`, in those shapes. Throws
 * `models/WEIGHTS_MISMATCH`, which lists all that is missing, unexpected or of another shape.
 */
export async function readSamCheckpoint(
  checkpoint: CheckpointFile,
  expected: ReadonlyMap<string, { readonly shape: Shape }>,
): Promise<Weights> {
  const { path, tensors } = checkpoint;
  const found = new Map([...tensors].filter(([name]) => decoderPart.test(name)));
  const missing = [...expected].filter(([name]) => !found.has(name)).map(([name, { shape }]) => named(name, shape));
  const unexpected = [...found].filter(([name]) => !expected.has(name)).map(([name, { shape }]) => named(name, shape));
  const reshaped = [...expected].flatMap(([name, { shape }]) => {
    const ours = found.get(name);
    return ours === undefined || sameShape(ours.shape, shape)
      ? []
      : [`${named(name, ours.shape)} for ${named('', shape)}`];
  });
  if (missing.length + unexpected.length + reshaped.length > 0) {
    throw modelErrors.WEIGHTS_MISMATCH({ path, missing, unexpected, reshaped });
  }
  return readWeights(checkpoint, (name) => decoderPart.test(name));
}

const named = (name: string, shape: Shape): string => `${name} [${shape.join(', ')}]`.trim();
