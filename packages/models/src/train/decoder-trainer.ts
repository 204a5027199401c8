import { modelErrors } from '../errors.js';
import type { Executable, Feeds, TensorEngine } from '../engines/tensor-engine.js';
import { float32Tensor, type Tensor } from '../engines/tensor.js';
import type { LossKind, MaskLoss } from '../losses/mask-loss.js';
import type { OptimizerOptions } from '../optim/optimizer.js';
import { imagePositions } from '../sam/position-encoding.js';
import { CHANNELS, IMAGE_TOKENS } from '../sam/shape.js';
import type { Weights } from '../weights/weights.js';
import { executableCache } from './executable-cache.js';
import { gradientGraph, type GradientGraphShape } from './gradient-graph.js';
import { resolutionGroups, type Resolution, type ResolutionChoice } from './loss-resolution.js';
import { graphResolution, lossTargets } from './loss-targets.js';
import { microBatches, type MicroBatch } from './micro-batches.js';
import { imageFeed, promptFeeds } from './prompt-inputs.js';
import { releaseAll } from './resident-set.js';
import { sampledFeeds } from './sampled-loss.js';
import type { TrainItem } from './train-item.js';
import { tokensAtOnce } from './tokens-at-once.js';
import { trainedNames, type Trainable } from './trainable.js';
import { createTrainingState, type TrainingSnapshot } from './training-state.js';

export interface DecoderTrainerOptions {
  readonly engine: TensorEngine;
  /** A whole checkpoint: what is not trained stays as it is. */
  readonly weights: Weights;
  /** @default 'decoder' */
  readonly trainable?: Trainable;
  /** @default 'sam' */
  readonly loss?: LossKind;
  /** @default 'low' */
  readonly resolution?: ResolutionChoice;
  readonly optimizer: OptimizerOptions;
  /** Prompts that go through the decoder together; bounds the memory of a step. @default 2, and 1 where the loss is taken on a large image */
  readonly microBatch?: number;
  /**
   * Approximate: takes the loss on so many of the 4096 image tokens, drawn for each micro-batch, so that its expectation is the whole loss. At
   * low resolution alone (`auto` is `low` then): throws `models/SAMPLED_LOSS`. @default all
   */
  readonly lossTokens?: number;
}

/** What came of a batch. */
export interface TrainedBatch extends MaskLoss<number> {
  /** Euclidean norm of all gradients together, before any clipping; no number where the loss is none, 0 for a batch without prompts. */
  readonly gradientNorm: number;
}

/** Trains a mask decoder. Batches are taken one at a time. */
export interface DecoderTrainer {
  /**
   * One optimiser step on some images: the loss is the mean over all their prompts, whatever image they are in, each times its weight. Returns it with its
   * terms, as they were before the step. Throws `models/PROMPTS_WITHOUT_MASKS`; a batch without prompts changes nothing, nor does one
   * whose loss or gradient is no finite number.
   */
  trainBatch(items: readonly TrainItem[], learningRate: number): Promise<TrainedBatch>;
  /** What `trainBatch` does before its step: the loss terms; the gradient stays in the engine. */
  accumulate(items: readonly TrainItem[]): Promise<MaskLoss<number>>;
  /** The gradient of the batch that was last taken, by parameter; zeros before the first. */
  gradients(): Promise<Weights>;
  /** The checkpoint with the parameters as they are now. */
  weights(): Promise<Weights>;
  /** A copy of all that later steps depend on; not while a batch is under way. */
  snapshot(): Promise<TrainingSnapshot>;
  /** Goes on from a snapshot of a trainer with the same options. */
  restore(snapshot: TrainingSnapshot): Promise<void>;
  release(): Promise<void>;
}

/** What one run of a graph takes. */
interface Piece {
  readonly item: TrainItem;
  readonly batch: MicroBatch;
  readonly resolution: Resolution;
}

/** Prompts of a micro-batch at low resolution: more take more memory and are no faster. */
const MICRO_BATCH = 2;

/** Prompts that all compiled graphs together may hold; each takes about 100 MB, plus what an image's own pixels take. */
const CACHED_PROMPTS = 8;

/** Pixels at which a loss at the image's size takes as much memory as the decoder. */
const COSTLY_PIXELS = 1.2e6;

const costOf = ({ prompts, resolution }: GradientGraphShape): number =>
  prompts * (1 + (resolution === 'low' ? 0 : (resolution.width * resolution.height) / COSTLY_PIXELS));

export async function createDecoderTrainer(options: DecoderTrainerOptions): Promise<DecoderTrainer> {
  const { engine, weights, loss = 'sam', resolution: asked = 'low', optimizer, lossTokens } = options;
  const choice = lossTokens !== undefined && asked === 'auto' ? 'low' : asked;
  refuseSample(lossTokens, choice);
  const smallest = { prompts: 1, tokens: 2, loss, resolution: 'low' } as const;
  const { parameters: used } = gradientGraph(weights, smallest);
  const trained = new Set(trainedNames(options.trainable ?? 'decoder', used, [...weights.keys()]));
  const { parameters, frozen } = gradientGraph(weights, smallest, trained);
  const imageOf = imageFeed(weights, trained);
  const feedsOf = promptFeeds(weights, trained);
  const state = await createTrainingState(engine, weights, { trained: parameters, frozen }, optimizer);
  const positionsInOrder = imagePositions(weights);
  const positions = await engine.allocate(float32Tensor([IMAGE_TOKENS, CHANNELS], positionsInOrder));
  const fixed = new Map([['imagePositions', positions]]);
  const graphs = executableCache({
    budget: CACHED_PROMPTS,
    cost: costOf,
    compile: async (shape: GradientGraphShape) => {
      const { graph } = gradientGraph(weights, shape, trained);
      return { executable: await engine.compile(graph, { label: 'training step' }) };
    },
  });

  const shapeOf = (item: TrainItem, { prompts, tokens }: MicroBatch, resolution: Resolution): GradientGraphShape => {
    return {
      ...{ prompts: prompts.length, tokens, loss, resolution: graphResolution(resolution, item.image) },
      ...tokensAtOnce(engine, prompts.length),
      ...(lossTokens !== undefined && { lossTokens }),
    };
  };
  const largestFor = (item: TrainItem, resolution: Resolution): number => {
    const one = costOf(shapeOf(item, { prompts: [0], tokens: 2 }, resolution));
    return options.microBatch ?? Math.max(1, Math.round(MICRO_BATCH / one));
  };

  const piecesOf = (item: TrainItem): Piece[] =>
    resolutionGroups(choice, item).flatMap(({ resolution, prompts }) =>
      microBatches(item.prompts, largestFor(item, resolution), prompts).map((batch) => ({ item, batch, resolution })),
    );

  /** Starts a run; several may be under way, the engine takes them in order. */
  const start = async (
    executable: Executable,
    { item, batch, resolution }: Piece,
    image: Tensor,
    weight: number,
  ): Promise<MaskLoss<number>> => {
    const { prompts } = batch;
    const masks = prompts.map((index) => item.masks[index]!);
    const { feeds, into } = state.accumulation();
    const inputs: Feeds = {
      ...lossTargets(item, masks, resolution),
      ...feedsOf(item, batch),
      image,
      weights: float32Tensor(
        [prompts.length],
        prompts.map((index) => weight * (item.weights?.[index] ?? 1)),
      ),
    };
    const floats = (name: string): Float32Array => (inputs[name] as Tensor).data as Float32Array;
    const sampled =
      lossTokens === undefined
        ? {}
        : sampledFeeds(item, batch, lossTokens, {
            targets: floats('targets'),
            image: floats('image'),
            imagePositions: positionsInOrder,
          });
    const terms = await executable.run({ imagePositions: positions, ...feeds, ...inputs, ...sampled }, into);
    const value = (name: keyof MaskLoss): number => (terms[name]!.data as Float32Array)[0]!;
    return { loss: value('loss'), focal: value('focal'), dice: value('dice'), iou: value('iou') };
  };

  const accumulate = async (items: readonly TrainItem[]): Promise<MaskLoss<number>> => {
    refuseUnpaired(items);
    const weight = 1 / promptCount(items);
    let sums: MaskLoss<number> = { loss: 0, focal: 0, dice: 0, iou: 0 };
    let running: Promise<MaskLoss<number>> | undefined;
    let seen: { readonly item: TrainItem; readonly image: Tensor } | undefined;
    state.begin();
    for (const piece of items.flatMap(piecesOf)) {
      const { executable } = await graphs.get(shapeOf(piece.item, piece.batch, piece.resolution));
      // While the engine works on one micro-batch, the next one's targets are made.
      if (seen?.item !== piece.item) seen = { item: piece.item, image: imageOf(piece.item) };
      const next = start(executable, piece, seen.image, weight);
      [running, sums] = [next, running === undefined ? sums : addTerms(sums, await settled(running, next))];
    }
    return running === undefined ? sums : addTerms(sums, await running);
  };

  return {
    trainBatch: async (items, learningRate) => {
      const terms = await accumulate(items);
      if (promptCount(items) === 0) return { ...terms, gradientNorm: 0 };
      const gradientNorm = Number.isFinite(terms.loss) ? await state.step(learningRate) : Number.NaN;
      return { ...terms, gradientNorm };
    },
    accumulate,
    gradients: () => state.gradients(),
    snapshot: () => state.snapshot(),
    restore: (snapshot) => state.restore(snapshot),
    weights: async () => new Map([...weights, ...(await state.parameters())]),
    release: async () => {
      await graphs.release();
      await state.release();
      await releaseAll(fixed);
    },
  };
}

function refuseSample(lossTokens: number | undefined, resolution: ResolutionChoice): void {
  if (lossTokens === undefined) return;
  const possible = Number.isInteger(lossTokens) && lossTokens >= 2 && lossTokens < IMAGE_TOKENS;
  if (!possible || resolution !== 'low') throw modelErrors.SAMPLED_LOSS({ tokens: lossTokens, resolution });
}

function refuseUnpaired(items: readonly TrainItem[]): void {
  const unpaired = items.find(({ prompts, masks }) => prompts.length !== masks.length);
  if (unpaired === undefined) return;
  const { key, prompts, masks } = unpaired;
  throw modelErrors.PROMPTS_WITHOUT_MASKS({ key, prompts: prompts.length, masks: masks.length });
}

/** Waits for a run. If it fails, so that nobody will wait for the one after it, that one's failure is not left unhandled. */
async function settled<T>(run: Promise<T>, after: Promise<T>): Promise<T> {
  after.catch(() => undefined);
  return run;
}

const promptCount = (items: readonly TrainItem[]): number =>
  items.reduce((sum, { prompts }) => sum + prompts.length, 0);

function addTerms(a: MaskLoss<number>, b: MaskLoss<number>): MaskLoss<number> {
  return { loss: a.loss + b.loss, focal: a.focal + b.focal, dice: a.dice + b.dice, iou: a.iou + b.iou };
}
