import type { Frame, Prompt } from '@sluice/data';
import type { Feeds, TensorEngine } from '../engines/tensor-engine.js';
import { float32Tensor } from '../engines/tensor.js';
import { imagePositions } from '../sam/position-encoding.js';
import { toLogitOrder, toRowMajor } from '../sam/logit-order.js';
import { createPromptEncoder, type PromptSpace } from '../sam/prompt-encoder.js';
import { NO_MASK } from '../sam/prompt-tokens.js';
import { CHANNELS, IMAGE_TOKENS, LOW_RES_PIXELS, type MASK_TOKENS } from '../sam/shape.js';
import type { Weights } from '../weights/weights.js';
import { executableCache } from './executable-cache.js';
import { heldImage } from './held-image.js';
import { microBatches, type MicroBatch } from './micro-batches.js';
import { predictionGraph, type PredictionGraphShape } from './prediction-graph.js';
import { allocateWeights, releaseAll } from './resident-set.js';
import { stack } from './stack.js';
import { tokensAtOnce } from './tokens-at-once.js';

export interface PredictOptions {
  /** How many mask tokens answer each prompt: the first alone, the one that is trained, or all four. @default 1 */
  readonly masks?: 1 | typeof MASK_TOKENS;
  /** Mask prompts, one a prompt: row-major logits `[256, 256]`. @default none */
  readonly maskPrompts?: readonly Float32Array[];
}

export interface Prediction {
  /** Row-major logits `[256, 256]` in the model's frame; the answer of mask m to prompt p is at p * masks + m. */
  readonly logits: readonly Float32Array<ArrayBuffer>[];
  /** Predicted IoU of each. */
  readonly iou: readonly number[];
}

/** A mask decoder that answers prompts. Graphs are compiled once and serve any weights. */
export interface DecoderPredictor {
  /** `embedding` is token-major `[4096, 256]`; prompts are in the image's pixels. */
  predict(
    embedding: Float32Array,
    frame: Frame,
    image: PromptSpace['image'],
    prompts: readonly Prompt[],
    options?: PredictOptions,
  ): Promise<Prediction>;
  /** Another checkpoint; what it lacks is as in the first. */
  setWeights(weights: Weights): Promise<void>;
  release(): Promise<void>;
}

export interface DecoderPredictorOptions {
  /** Prompts that go through the decoder together. @default 4 */
  readonly microBatch?: number;
}

/** Prompts of all compiled graphs that are kept; each takes about 40 MB. */
const CACHED_PROMPTS = 16;

export async function createDecoderPredictor(
  engine: TensorEngine,
  weights: Weights,
  { microBatch = 4 }: DecoderPredictorOptions = {},
): Promise<DecoderPredictor> {
  let encodePrompt = createPromptEncoder(weights);
  const parameters = await allocateWeights(engine, weights, [...weights.keys()].filter(isDecoderParameter));
  const positions = await engine.allocate(float32Tensor([IMAGE_TOKENS, CHANNELS], imagePositions(weights)));
  const shown = await heldImage(engine);
  const graphs = executableCache({
    budget: CACHED_PROMPTS,
    cost: ({ prompts }: PredictionGraphShape) => prompts,
    compile: async (shape) => {
      const { graph, parameters: names } = predictionGraph(weights, shape);
      return { executable: await engine.compile(graph, { label: 'mask decoder' }), names };
    },
  });

  const run = async (
    shape: PredictionGraphShape,
    embedding: Float32Array,
    feeds: Feeds,
  ): Promise<{ logits: Float32Array; iou: Float32Array }> => {
    const { executable, names } = await graphs.get(shape);
    const fed = Object.fromEntries(names.map((name) => [name, parameters.get(name)!]));
    const fixed = { image: shown.resident, imagePositions: positions };
    const [, { logits, iou }] = await Promise.all([
      shown.show(embedding),
      executable.run({ ...fixed, ...fed, ...feeds }),
    ]);
    return { logits: logits!.data as Float32Array, iou: iou!.data as Float32Array };
  };

  return {
    predict: async (embedding, frame, image, prompts, { masks = 1, maskPrompts } = {}) => {
      const logits: Float32Array<ArrayBuffer>[] = [];
      const iou: number[] = [];
      shown.forget();
      const answer = async ({ prompts: indices, tokens }: MicroBatch): Promise<void> => {
        const sparse = stack(indices.map((index) => encodePrompt(prompts[index]!, { image, frame })));
        const dense = maskPrompts && stack(indices.map((index) => toLogitOrder(maskPrompts[index]!)));
        const results = await run(
          {
            ...{ prompts: indices.length, tokens, masks, maskPrompts: dense !== undefined },
            ...tokensAtOnce(engine, indices.length),
          },
          embedding,
          {
            sparse: float32Tensor([indices.length, tokens, CHANNELS], sparse),
            ...(dense && { maskPrompts: float32Tensor([indices.length, LOW_RES_PIXELS], dense) }),
          },
        );
        indices.forEach((index, row) => {
          for (let mask = 0; mask < masks; mask++) {
            const from = row * masks + mask;
            logits[index * masks + mask] = toRowMajor(
              results.logits.subarray(from * LOW_RES_PIXELS, (from + 1) * LOW_RES_PIXELS),
            );
            iou[index * masks + mask] = results.iou[from]!;
          }
        });
      };
      for (const batch of microBatches(prompts, microBatch)) await answer(batch);
      return { logits, iou };
    },
    setWeights: async (next) => {
      const prompts = new Map([...weights, ...next]);
      encodePrompt = createPromptEncoder(prompts);
      await Promise.all(
        [...parameters].map(([name, resident]) => {
          const { shape, data } = next.get(name) ?? weights.get(name)!;
          return resident.write(float32Tensor(shape, data));
        }),
      );
    },
    release: async () => {
      await graphs.release();
      await Promise.all([releaseAll(parameters), positions.release(), shown.release()]);
    },
  };
}

const isDecoderParameter = (name: string): boolean =>
  name.startsWith('mask_decoder.') || name.startsWith('prompt_encoder.mask_downscaling.') || name === NO_MASK;
