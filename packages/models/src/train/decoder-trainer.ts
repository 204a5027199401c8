import { modelErrors } from '../errors.js';
import type { Executable, Feeds, TensorEngine } from '../engines/tensor-engine.js';
import { float32Tensor, type Tensor } from '../engines/tensor.js';
import type { LossKind, MaskLoss } from '../losses/mask-loss.js';
import type { OptimizerOptions } from '../optim/optimizer.js';
import { imagePositions } from '../sam/position-encoding.js';
import { CHANNELS, IMAGE_TOKENS, LOW_RES_PIXELS } from '../sam/shape.js';
import type { Weights } from '../weights/weights.js';
import { correctedItem } from './correction-round.js';
import { executableCache } from './executable-cache.js';
import { gradientGraph, type GradientGraphShape } from './gradient-graph.js';
import type { ResolutionChoice } from './loss-resolution.js';
import { heldImage } from './held-image.js';
import { lossTargets } from './loss-targets.js';
import { graphCost, piecesOf, pieceShape, type Piece } from './pieces.js';
import { promptFeeds } from './prompt-inputs.js';
import { refuseLossOptions } from './refuse-loss-options.js';
import { sampledFeeds } from './sampled-loss.js';
import type { TrainItem } from './train-item.js';
import type { Trainable } from './trainable.js';
import { trainedParts } from './trained-parts.js';
import { windowFeeds } from './window-loss.js';
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
  /**
   * Approximate: takes the loss on a window of image tokens around each object with a margin of so many, 0 to 8, and on every 16th token elsewhere, so that its
   * expectation is the whole loss; objects too large for a window of 32x32 take all tokens. At low resolution alone (`auto` is `low` then), and not with
   * `lossTokens`: throws `models/LOSS_WINDOW`. @default all tokens
   */
  readonly lossWindow?: number;
  /**
   * Rounds after the first answer, as the SAM paper trains: each prompt asks again with one more point, where its last answer is wrong, and with
   * that answer for its mask prompt. Each round counts in the loss like the first. Not with `lossTokens` or `lossWindow`: throws `models/CORRECTIONS`. @default 0
   */
  readonly corrections?: number;
  /**
   * Whether a prompt of a single point, which may mean a part or the whole, trains all four mask tokens: see `bestOfThreeLoss`. In a round of
   * correction it is no longer single. @default false
   */
  readonly multimask?: boolean;
}

/** What came of a batch. */
export interface TrainedBatch extends MaskLoss<number> {
  /** Euclidean norm of all gradients together, before any clipping; no number where the loss is none, 0 for a batch without prompts. */
  readonly gradientNorm: number;
}

/** Trains a mask decoder. Batches are taken one at a time. */
export interface DecoderTrainer {
  /**
   * One optimiser step on some images: the loss is the mean over all their prompts, whatever image they are in, each times its weight, and over the rounds. Returns it with its
   * terms, as they were before the step. Throws `models/PROMPTS_WITHOUT_MASKS`; a batch without prompts changes nothing, nor does one
   * whose loss or gradient is no finite number.
   */
  trainBatch(items: readonly TrainItem[], learningRate: number): Promise<TrainedBatch>;
  /** What `trainBatch` does before its step: the loss terms; the gradient stays in the engine. */
  accumulate(items: readonly TrainItem[]): Promise<MaskLoss<number>>;
  /** The gradient of the batch that was last taken, by parameter; zeros before the first. */
  gradients(): Promise<Weights>;
  /** The checkpoint with the parameters as they are now, or with their moving averages where the optimiser keeps these. */
  weights(): Promise<Weights>;
  /** A copy of all that later steps depend on; not while a batch is under way. */
  snapshot(): Promise<TrainingSnapshot>;
  /** Goes on from a snapshot of a trainer with the same options. */
  restore(snapshot: TrainingSnapshot): Promise<void>;
  release(): Promise<void>;
}

/** What comes of a piece. */
interface PieceResult {
  readonly terms: MaskLoss<number>;
  /** Logits of the item's prompts that went in, in logit order; none where no round follows. */
  readonly answers: ReadonlyMap<number, Float32Array>;
}

/** Prompts that all compiled graphs together may hold; each takes about 100 MB, plus what an image's own pixels take. */
const CACHED_PROMPTS = 8;

/** More of them for each round of correction, and for prompts that train all mask tokens: these have graphs of their own. */
const MORE_CACHED = 6;

export async function createDecoderTrainer(options: DecoderTrainerOptions): Promise<DecoderTrainer> {
  const { engine, weights, loss = 'sam', resolution: asked = 'low', optimizer, lossTokens, lossWindow } = options;
  const { corrections = 0, multimask = false } = options;
  refuseLossOptions(options);
  const isPartial = lossTokens !== undefined || lossWindow !== undefined;
  const resolution = isPartial && asked === 'auto' ? 'low' : asked;
  const pieceOptions = { engine, loss, resolution, multimask, microBatch: options.microBatch, lossTokens, lossWindow };
  const reach = { maskPrompts: corrections > 0, multimask };
  const parts = trainedParts(weights, options.trainable ?? 'decoder', reach);
  const trained = new Set(parts.trained);
  const feedsOf = promptFeeds(weights, trained);
  const state = await createTrainingState(engine, weights, parts, optimizer);
  const positionsInOrder = imagePositions(weights);
  const positions = await engine.allocate(float32Tensor([IMAGE_TOKENS, CHANNELS], positionsInOrder));
  const image = await heldImage(engine);
  const graphs = executableCache({
    budget: CACHED_PROMPTS + MORE_CACHED * (corrections + Number(multimask)),
    cost: graphCost,
    compile: async (shape: GradientGraphShape) => {
      const { graph } = gradientGraph(weights, shape, trained);
      const inputs = new Set(graph.inputs.map(({ name }) => name));
      return { executable: await engine.compile(graph, { label: 'training step' }), inputs };
    },
  });

  /** Starts a run; several may be under way, the engine takes them in order. */
  const start = async (
    { executable, inputs: used }: { readonly executable: Executable; readonly inputs: ReadonlySet<string> },
    { item, batch, resolution: taken, answers, windows }: Piece,
    weight: number,
  ): Promise<PieceResult> => {
    const { prompts } = batch;
    const masks = prompts.map((index) => item.masks[index]!);
    const { feeds, into } = state.accumulation((parameter) => used.has(parameter));
    const inputs: Feeds = {
      ...lossTargets(item, masks, taken),
      ...feedsOf(item, batch),
      weights: float32Tensor(
        [prompts.length],
        prompts.map((index) => weight * (item.weights?.[index] ?? 1)),
      ),
    };
    const targets = (inputs['targets'] as Tensor).data as Float32Array;
    const whole = { targets, image: item.embedding, imagePositions: positionsInOrder };
    const sampled =
      lossTokens !== undefined
        ? sampledFeeds(item, batch, lossTokens, whole)
        : windows && windowFeeds(item, prompts, windows, targets);
    const fixed = { image: image.resident, imagePositions: positions };
    const [, results] = await Promise.all([
      lossTokens === undefined ? image.show(item.embedding) : undefined,
      executable.run({ ...fixed, ...feeds, ...inputs, ...sampled }, into),
    ]);
    const value = (name: keyof MaskLoss): number => (results[name]!.data as Float32Array)[0]!;
    const terms = { loss: value('loss'), focal: value('focal'), dice: value('dice'), iou: value('iou') };
    if (!answers) return { terms, answers: new Map() };
    const logits = results['answers']!.data as Float32Array;
    const answerAt = (row: number) => logits.subarray(row * LOW_RES_PIXELS, (row + 1) * LOW_RES_PIXELS);
    return { terms, answers: new Map(prompts.map((index, row) => [index, answerAt(row)])) };
  };

  const accumulate = async (items: readonly TrainItem[]): Promise<MaskLoss<number>> => {
    refuseUnpaired(items);
    const weight = 1 / (promptCount(items) * (1 + corrections));
    let sums: MaskLoss<number> = { loss: 0, focal: 0, dice: 0, iou: 0 };
    let running: Promise<PieceResult> | undefined;
    const asked = items.map((item) => ({ item, runs: [] as Promise<PieceResult>[] }));
    state.begin();
    image.forget();
    for (let round = 0; round <= corrections; round++) {
      for (const each of asked) {
        if (round > 0) {
          const answers = (await Promise.all(each.runs)).map((result) => result.answers);
          each.item = correctedItem(each.item, round, new Map(answers.flatMap((some) => [...some])));
          each.runs = [];
        }
        for (const piece of piecesOf(each.item, round < corrections, pieceOptions)) {
          const compiled = await graphs.get(pieceShape(piece, pieceOptions));
          // While the engine works on one micro-batch, the next one's targets are made.
          const next = start(compiled, piece, weight);
          next.catch(() => undefined); // if one before it fails, nobody waits for it
          each.runs.push(next);
          if (running !== undefined) sums = addTerms(sums, (await running).terms);
          running = next;
        }
      }
    }
    return running === undefined ? sums : addTerms(sums, (await running).terms);
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
      await Promise.all([image.release(), positions.release()]);
    },
  };
}

function refuseUnpaired(items: readonly TrainItem[]): void {
  const unpaired = items.find(({ prompts, masks }) => prompts.length !== masks.length);
  if (unpaired === undefined) return;
  const { key, prompts, masks } = unpaired;
  throw modelErrors.PROMPTS_WITHOUT_MASKS({ key, prompts: prompts.length, masks: masks.length });
}

const promptCount = (items: readonly TrainItem[]): number =>
  items.reduce((sum, { prompts }) => sum + prompts.length, 0);

function addTerms(a: MaskLoss<number>, b: MaskLoss<number>): MaskLoss<number> {
  return { loss: a.loss + b.loss, focal: a.focal + b.focal, dice: a.dice + b.dice, iou: a.iou + b.iou };
}
