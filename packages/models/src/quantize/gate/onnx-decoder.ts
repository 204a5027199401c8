import type { Frame, Prompt } from '@sluice/data';
import type { Executable } from '../../engines/tensor-engine.js';
import { float32Tensor, type Tensor } from '../../engines/tensor.js';
import { modelErrors } from '../../errors.js';
import type { PromptSpace } from '../../sam/prompt-encoder.js';
import { CHANNELS, GRID, IMAGE_TOKENS, LOW_RES, LOW_RES_PIXELS } from '../../sam/shape.js';
import type { DecoderPredictor } from '../../train/decoder-predictor.js';

/**
 * What SAM's official ONNX decoder is fed with to answer one prompt without a mask: `embedding` is token-major `[4096, 256]`, the prompt in
 * the image's pixels. Masks are asked for at low resolution.
 */
export function decoderFeeds(
  embedding: Float32Array,
  frame: Frame,
  image: PromptSpace['image'],
  prompt: Prompt,
): Readonly<Record<string, Tensor>> {
  const { box, points = [], instance } = prompt;
  if (box === undefined && points.length === 0) throw modelErrors.EMPTY_PROMPT({ instance });
  const [scaleX, scaleY] = [frame.width / image.width, frame.height / image.height];
  const coords = points.flatMap(({ x, y }) => [x * scaleX, y * scaleY]);
  const labels: number[] = points.map(({ label }) => label);
  if (box) {
    coords.push(box[0] * scaleX, box[1] * scaleY, box[2] * scaleX, box[3] * scaleY);
    labels.push(2, 3);
  } else {
    coords.push(0, 0);
    labels.push(-1);
  }
  return {
    image_embeddings: float32Tensor([1, CHANNELS, GRID, GRID], channelMajor(embedding)),
    point_coords: float32Tensor([1, labels.length, 2], coords),
    point_labels: float32Tensor([1, labels.length], labels),
    mask_input: float32Tensor([1, 1, LOW_RES, LOW_RES]),
    has_mask_input: float32Tensor([1]),
    orig_im_size: float32Tensor([2], [LOW_RES, LOW_RES]),
  };
}

/** Answers prompts with a decoder file of SAM's official interface, one by one: for measuring a file as its users run it. */
export function onnxDecoder(decoder: Executable): Pick<DecoderPredictor, 'predict'> {
  return {
    predict: async (embedding, frame, image, prompts) => {
      const logits: Float32Array<ArrayBuffer>[] = [];
      const iou: number[] = [];
      for (const prompt of prompts) {
        const answer = await decoder.run(decoderFeeds(embedding, frame, image, prompt));
        logits.push((answer['low_res_masks']!.data as Float32Array<ArrayBuffer>).slice(0, LOW_RES_PIXELS));
        iou.push(Number(answer['iou_predictions']!.data[0]));
      }
      return { logits, iou };
    },
  };
}

/** `[4096, 256]` -> `[256, 4096]` */
function channelMajor(tokens: Float32Array): Float32Array<ArrayBuffer> {
  const map = new Float32Array(CHANNELS * IMAGE_TOKENS);
  for (let token = 0; token < IMAGE_TOKENS; token++)
    for (let channel = 0; channel < CHANNELS; channel++)
      map[channel * IMAGE_TOKENS + token] = tokens[token * CHANNELS + channel]!;
  return map;
}
