import { modelErrors } from '../errors.js';
import type { Feeds, TensorEngine } from '../engines/tensor-engine.js';
import { float32Tensor } from '../engines/tensor.js';
import type { LossKind, MaskLoss } from '../losses/mask-loss.js';
import type { AdamOptions } from '../optim/adam.js';
import { withoutMaskPrompt } from '../sam/image-input.js';
import { imagePositions } from '../sam/position-encoding.js';
import { createPromptEncoder } from '../sam/prompt-encoder.js';
import { CHANNELS, IMAGE_TOKENS } from '../sam/shape.js';
import type { Weights } from '../weights/weights.js';
import { executableCache } from './executable-cache.js';
import { gradientGraph, type GradientGraphShape } from './gradient-graph.js';
import { graphResolution, lossTargets, type Resolution } from './loss-targets.js';
import { microBatches, type MicroBatch } from './micro-batches.js';
import { releaseAll } from './resident-set.js';
import { stack } from './stack.js';
import type { TrainItem } from './train-item.js';
import { createTrainingState } from './training-state.js';

export interface DecoderTrainerOptions {
  readonly engine: TensorEngine;
  /** A whole checkpoint: `prompt_encoder.*` stays as it is, `mask_decoder.*` is trained. */
  readonly weights: Weights;
  /** @default 'sam' */
  readonly loss?: LossKind;
  /** @default 'low' */
  readonly resolution?: Resolution;
  readonly optimizer: AdamOptions;
  /** Prompts that go through the decoder together; bounds the memory of a step. @default 4 at low resolution, else fewer for larger images */
  readonly microBatch?: number;
}

/** Trains a mask decoder. Batches are taken one at a time. */
export interface DecoderTrainer {
  /**
   * One optimiser step on some images: the loss is the mean over all their prompts, whatever image they are in. Returns it with its
   * terms, as they were before the step. Throws `models/PROMPTS_WITHOUT_MASKS`; a batch without prompts changes nothing.
   */
  trainBatch(items: readonly TrainItem[], learningRate: number): Promise<MaskLoss<number>>;
  /** What `trainBatch` does before its step: the loss terms; the gradient stays in the engine. */
  accumulate(items: readonly TrainItem[]): Promise<MaskLoss<number>>;
  /** The gradient of the batch that was last taken, by parameter; zeros before the first. */
  gradients(): Promise<Weights>;
  /** The checkpoint with the parameters as they are now. */
  weights(): Promise<Weights>;
  release(): Promise<void>;
}

/** Compiled graphs that are kept. */
const CACHED_GRAPHS = 8;

export async function createDecoderTrainer(options: DecoderTrainerOptions): Promise<DecoderTrainer> {
  const { engine, weights, loss = 'sam', resolution = 'low', optimizer } = options;
  const encodePrompt = createPromptEncoder(weights);
  const withoutMask = withoutMaskPrompt(weights);
  const { parameters } = gradientGraph(weights, { prompts: 1, tokens: 2, loss, resolution: 'low' });
  const state = await createTrainingState(engine, weights, parameters, optimizer);
  const positions = await engine.allocate(float32Tensor([IMAGE_TOKENS, CHANNELS], imagePositions(weights)));
  const fixed = new Map([['imagePositions', positions]]);
  const graphs = executableCache(CACHED_GRAPHS, async (key) => {
    const { graph } = gradientGraph(weights, JSON.parse(key) as GradientGraphShape);
    return { executable: await engine.compile(graph, { label: 'training step' }) };
  });

  const accumulate = async (
    item: TrainItem,
    { prompts, tokens }: MicroBatch,
    weight: number,
  ): Promise<MaskLoss<number>> => {
    const count = prompts.length;
    const shape: GradientGraphShape = {
      prompts: count,
      tokens,
      loss,
      resolution: graphResolution(resolution, item.image),
    };
    const { executable } = await graphs.get(JSON.stringify(shape));
    const { feeds, into } = state.accumulation();
    const inputs: Feeds = {
      ...lossTargets(
        item,
        prompts.map((index) => item.masks[index]!),
        resolution,
      ),
      image: float32Tensor([IMAGE_TOKENS, CHANNELS], withoutMask(item.embedding)),
      sparse: float32Tensor(
        [count, tokens, CHANNELS],
        stack(prompts.map((index) => encodePrompt(item.prompts[index]!, item))),
      ),
      weights: float32Tensor([count], new Array<number>(count).fill(weight)),
    };
    const terms = await executable.run({ imagePositions: positions, ...feeds, ...inputs }, into);
    const value = (name: keyof MaskLoss): number => (terms[name]!.data as Float32Array)[0]!;
    return { loss: value('loss'), focal: value('focal'), dice: value('dice'), iou: value('iou') };
  };

  const accumulateBatch = async (items: readonly TrainItem[]): Promise<MaskLoss<number>> => {
    for (const { key, prompts, masks } of items) {
      if (prompts.length !== masks.length) {
        throw modelErrors.PROMPTS_WITHOUT_MASKS({ key, prompts: prompts.length, masks: masks.length });
      }
    }
    const total = promptCount(items);
    state.begin();
    let sums: MaskLoss<number> = { loss: 0, focal: 0, dice: 0, iou: 0 };
    for (const batch of microBatches(items, options.microBatch ?? 4)) {
      const terms = await accumulate(items[batch.item]!, batch, 1 / total);
      sums = addTerms(sums, terms);
    }
    return sums;
  };

  return {
    trainBatch: async (items, learningRate) => {
      const terms = await accumulateBatch(items);
      if (promptCount(items) > 0 && Number.isFinite(terms.loss)) await state.step(learningRate);
      return terms;
    },
    accumulate: accumulateBatch,
    gradients: () => state.gradients(),
    weights: async () => new Map([...weights, ...(await state.parameters())]),
    release: async () => {
      await graphs.release();
      await state.release();
      await releaseAll(fixed);
    },
  };
}

const promptCount = (items: readonly TrainItem[]): number =>
  items.reduce((sum, { prompts }) => sum + prompts.length, 0);

function addTerms(a: MaskLoss<number>, b: MaskLoss<number>): MaskLoss<number> {
  return { loss: a.loss + b.loss, focal: a.focal + b.focal, dice: a.dice + b.dice, iou: a.iou + b.iou };
}
