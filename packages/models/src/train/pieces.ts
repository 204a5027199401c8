import type { TensorEngine } from '../engines/tensor-engine.js';
import type { LossKind } from '../losses/mask-loss.js';
import { MASK_TOKENS } from '../sam/shape.js';
import type { GradientGraphShape } from './gradient-graph.js';
import { resolutionGroups, type Resolution, type ResolutionChoice } from './loss-resolution.js';
import { graphResolution } from './loss-targets.js';
import { microBatches, type MicroBatch } from './micro-batches.js';
import { tokensAtOnce } from './tokens-at-once.js';
import type { TrainItem } from './train-item.js';

/** What one run of a gradient graph takes: some prompts of an item. */
export interface Piece {
  readonly item: TrainItem;
  readonly batch: MicroBatch;
  readonly resolution: Resolution;
  /** Whether all mask tokens are trained. */
  readonly multimask: boolean;
  /** Whether its answers are needed, as another round follows. */
  readonly answers: boolean;
}

export interface PieceOptions {
  readonly engine: Pick<TensorEngine, 'cacheBound'>;
  readonly loss: LossKind;
  readonly resolution: ResolutionChoice;
  /** Whether single points train all mask tokens. */
  readonly multimask: boolean;
  /** @default MICRO_BATCH, or less where the loss is taken on a large image */
  readonly microBatch: number | undefined;
  readonly lossTokens: number | undefined;
}

/** Prompts of a micro-batch at low resolution: more take more memory and are no faster. */
const MICRO_BATCH = 2;

/** Pixels at which a loss at the image's size takes as much memory as the decoder. */
const COSTLY_PIXELS = 1.2e6;

/** Memory of a graph, in prompts at low resolution. */
export function graphCost({ prompts, resolution, multimask = false }: GradientGraphShape): number {
  const masks = multimask ? MASK_TOKENS : 1;
  return prompts * (1 + (resolution === 'low' ? 0 : (masks * resolution.width * resolution.height) / COSTLY_PIXELS));
}

/** What a piece's graph is made for. */
export function pieceShape(
  { item, batch: { prompts, tokens }, resolution, multimask, answers }: Piece,
  { engine, loss, lossTokens }: PieceOptions,
): GradientGraphShape {
  return {
    ...{ prompts: prompts.length, tokens, loss, resolution: graphResolution(resolution, item.image) },
    ...tokensAtOnce(engine, prompts.length),
    ...(lossTokens !== undefined && { lossTokens }),
    ...(item.maskPrompts && { maskPrompts: true }),
    ...(multimask && { multimask }),
    ...(answers && { answers }),
  };
}

/** An item in pieces; those of one have the same kind of loss, and equally many tokens a prompt. */
export function piecesOf(item: TrainItem, answers: boolean, options: PieceOptions): readonly Piece[] {
  return resolutionGroups(options.resolution, item).flatMap(({ resolution, prompts }) => {
    const isSingle = (index: number): boolean => options.multimask && isAmbiguous(item, index);
    return [false, true].flatMap((multimask) => {
      const kind = { item, resolution, multimask, answers };
      const one = graphCost(pieceShape({ ...kind, batch: { prompts: [0], tokens: 2 } }, options));
      const largest = options.microBatch ?? Math.max(1, Math.round(MICRO_BATCH / one));
      const some = prompts.filter((index) => isSingle(index) === multimask);
      return microBatches(item.prompts, largest, some).map((batch) => ({ ...kind, batch }));
    });
  });
}

/** Whether a prompt may mean several things: it is a single point, without an earlier answer. */
function isAmbiguous({ prompts, maskPrompts }: TrainItem, index: number): boolean {
  const { box, points = [] } = prompts[index]!;
  return maskPrompts === undefined && box === undefined && points.length === 1;
}
