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
import { resolutionGroups, type Resolution, type ResolutionChoice } from './loss-resolution.js';
import { graphResolution, lossTargets } from './loss-targets.js';
import { microBatches, type MicroBatch } from './micro-batches.js';
import { promptFeeds } from './prompt-inputs.js';
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
  /**
   * Rounds after the first answer, as the SAM paper trains: each prompt asks again with one more point, where its last answer is wrong, and with
   * that answer for its mask prompt. Each round counts in the loss like the first. Not with `lossTokens`: throws `models/CORRECTIONS`. @default 0
   */
  readonly corrections?: number;
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
  /** Whether another round is to follow. */
  readonly goesOn: boolean;
  readonly batch: MicroBatch;
  readonly resolution: Resolution;
}

/** What comes of it. */
interface PieceResult {
  readonly terms: MaskLoss<number>;
  /** Logits of the item's prompts that went in, in logit order; none where no round follows. */
  readonly answers: ReadonlyMap<number, Float32Array>;
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
  const { engine, weights, loss = 'sam', resolution: asked = 'low', optimizer, lossTokens, corrections = 0 } = options;
  const choice = lossTokens !== undefined && asked === 'auto' ? 'low' : asked;
  refuseSample(lossTokens, choice);
  refuseCorrections(corrections, lossTokens);
  const parts = partsOf(weights, options.trainable ?? 'decoder', corrections > 0);
  const trained = new Set(parts.trained);
  const feedsOf = promptFeeds(weights, trained);
  const state = await createTrainingState(engine, weights, parts, optimizer);
  const positionsInOrder = imagePositions(weights);
  const positions = await engine.allocate(float32Tensor([IMAGE_TOKENS, CHANNELS], positionsInOrder));
  const fixed = new Map([['imagePositions', positions]]);
  const graphs = executableCache({
    budget: CACHED_PROMPTS,
    cost: costOf,
    compile: async (shape: GradientGraphShape) => {
      const { graph } = gradientGraph(weights, shape, trained);
      const inputs = new Set(graph.inputs.map(({ name }) => name));
      return { executable: await engine.compile(graph, { label: 'training step' }), inputs };
    },
  });

  const shapeOf = ({ item, batch, resolution, goesOn }: Piece): GradientGraphShape => {
    const { prompts, tokens } = batch;
    return {
      ...{ prompts: prompts.length, tokens, loss, resolution: graphResolution(resolution, item.image) },
      ...tokensAtOnce(engine, prompts.length),
      ...(lossTokens !== undefined && { lossTokens }),
      ...(item.maskPrompts && { maskPrompts: true }),
      ...(goesOn && { answers: true }),
    };
  };
  const largestFor = (item: TrainItem, resolution: Resolution): number => {
    const one = costOf(shapeOf({ item, batch: { prompts: [0], tokens: 2 }, resolution, goesOn: false }));
    return options.microBatch ?? Math.max(1, Math.round(MICRO_BATCH / one));
  };

  const piecesOf = (item: TrainItem, goesOn: boolean): Piece[] =>
    resolutionGroups(choice, item).flatMap(({ resolution, prompts }) =>
      microBatches(item.prompts, largestFor(item, resolution), prompts).map((batch) => ({
        item,
        batch,
        resolution,
        goesOn,
      })),
    );

  /** Starts a run; several may be under way, the engine takes them in order. */
  const start = async (
    { executable, inputs: used }: { readonly executable: Executable; readonly inputs: ReadonlySet<string> },
    { item, batch, resolution, goesOn }: Piece,
    weight: number,
  ): Promise<PieceResult> => {
    const { prompts } = batch;
    const masks = prompts.map((index) => item.masks[index]!);
    const { feeds, into } = state.accumulation((parameter) => used.has(parameter));
    const inputs: Feeds = {
      ...lossTargets(item, masks, resolution),
      ...feedsOf(item, batch),
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
    const results = await executable.run({ imagePositions: positions, ...feeds, ...inputs, ...sampled }, into);
    const value = (name: keyof MaskLoss): number => (results[name]!.data as Float32Array)[0]!;
    const terms = { loss: value('loss'), focal: value('focal'), dice: value('dice'), iou: value('iou') };
    if (!goesOn) return { terms, answers: new Map() };
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
    for (let round = 0; round <= corrections; round++) {
      for (const each of asked) {
        if (round > 0) {
          const answers = (await Promise.all(each.runs)).map((result) => result.answers);
          each.item = correctedItem(each.item, round, new Map(answers.flatMap((some) => [...some])));
          each.runs = [];
        }
        for (const piece of piecesOf(each.item, round < corrections)) {
          const compiled = await graphs.get(shapeOf(piece));
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
      await releaseAll(fixed);
    },
  };
}

/** What the graphs use of a checkpoint, with and without mask prompts, which have parameters of their own; without rounds these stay as they are. */
function partsOf(
  weights: Weights,
  trainable: Trainable,
  withRounds: boolean,
): { readonly trained: readonly string[]; readonly frozen: readonly string[] } {
  const [first, later] = [false, true].map(
    (maskPrompts) => ({ prompts: 1, tokens: 2, loss: 'sam', resolution: 'low', maskPrompts }) as const,
  );
  const usedBy = (shapes: readonly GradientGraphShape[], names?: ReadonlySet<string>) =>
    shapes.map((shape) => gradientGraph(weights, shape, names));
  const used = usedBy(withRounds ? [first!, later!] : [first!]).flatMap(({ parameters }) => parameters);
  const names = new Set(trainedNames(trainable, [...new Set(used)], [...weights.keys()]));
  const graphs = usedBy([first!, later!], names);
  const all = (which: 'parameters' | 'frozen') => [...new Set(graphs.flatMap((graph) => graph[which]))];
  return { trained: all('parameters'), frozen: all('frozen') };
}

function refuseSample(lossTokens: number | undefined, resolution: ResolutionChoice): void {
  if (lossTokens === undefined) return;
  const possible = Number.isInteger(lossTokens) && lossTokens >= 2 && lossTokens < IMAGE_TOKENS;
  if (!possible || resolution !== 'low') throw modelErrors.SAMPLED_LOSS({ tokens: lossTokens, resolution });
}

function refuseCorrections(corrections: number, lossTokens: number | undefined): void {
  if (!Number.isInteger(corrections) || corrections < 0) {
    throw modelErrors.CORRECTIONS({ problem: `must be a whole number from 0, not ${String(corrections)}` });
  }
  if (corrections === 0 || lossTokens === undefined) return;
  const problem = `${String(corrections)} need whole answers, and loss-tokens makes parts of them; leave one of the two out`;
  throw modelErrors.CORRECTIONS({ problem });
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
