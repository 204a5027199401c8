import type { TensorEngine } from '../engines/tensor-engine.js';
import type { LossKind } from '../losses/mask-loss.js';
import { IMAGE_TOKENS, MASK_TOKENS } from '../sam/shape.js';
import type { GradientGraphShape } from './gradient-graph.js';
import { resolutionGroups, type Resolution, type ResolutionChoice } from './loss-resolution.js';
import { graphResolution } from './loss-targets.js';
import { microBatches, type MicroBatch } from './micro-batches.js';
import { tokensAtOnce } from './tokens-at-once.js';
import { tokenWindows, type TokenWindow } from './token-window.js';
import type { TrainItem } from './train-item.js';
import { windowTokenCount } from './window-loss.js';

/** What one run of a gradient graph takes: some prompts of an item. */
export interface Piece {
  readonly item: TrainItem;
  readonly batch: MicroBatch;
  readonly resolution: Resolution;
  /** Whether all mask tokens are trained. */
  readonly multimask: boolean;
  /** Whether its answers are needed, as another round follows. */
  readonly answers: boolean;
  /** Each prompt's window of the loss; none where it is taken on all tokens. They are of one size. */
  readonly windows?: readonly TokenWindow[] | undefined;
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
  /** Margin around objects, in image tokens, of a loss on windows. */
  readonly lossWindow: number | undefined;
}

/** Prompts of a micro-batch at low resolution: more take more memory and are no faster. */
const MICRO_BATCH = 2;

/** Pixels at which a loss at the image's size takes as much memory as the decoder. */
const COSTLY_PIXELS = 1.2e6;

/** Part of a graph's memory that goes with the tokens that become logits. */
const TAIL = 0.5;

/** Memory of a graph, in prompts at low resolution. */
export function graphCost({ prompts, resolution, multimask = false, window }: GradientGraphShape): number {
  const masks = multimask ? MASK_TOKENS : 1;
  if (window !== undefined) return prompts * (1 - TAIL + (TAIL * windowTokenCount(window)) / IMAGE_TOKENS);
  return prompts * (1 + (resolution === 'low' ? 0 : (masks * resolution.width * resolution.height) / COSTLY_PIXELS));
}

/** What a piece's graph is made for. */
export function pieceShape(
  { item, batch: { prompts, tokens }, resolution, multimask, answers, windows }: Piece,
  { engine, loss, lossTokens }: PieceOptions,
): GradientGraphShape {
  return {
    ...{ prompts: prompts.length, tokens, loss, resolution: graphResolution(resolution, item.image) },
    ...tokensAtOnce(engine, prompts.length),
    ...(lossTokens !== undefined && { lossTokens }),
    ...(windows && { window: windows[0]!.side }),
    ...(item.maskPrompts && { maskPrompts: true }),
    ...(multimask && { multimask }),
    ...(answers && { answers }),
  };
}

/** An item in pieces; those of one have the same kind of loss, windows of one size if any, and equally many tokens a prompt. */
export function piecesOf(item: TrainItem, answers: boolean, options: PieceOptions): readonly Piece[] {
  const windows = options.lossWindow === undefined ? [] : tokenWindows(item, options.lossWindow);
  const sides = [...new Set([undefined, ...windows.map((window) => window?.side)])];
  return resolutionGroups(options.resolution, item).flatMap(({ resolution, prompts }) =>
    [false, true].flatMap((multimask) =>
      sides.flatMap((side) => {
        const some = prompts.filter(
          (index) => (options.multimask && isAmbiguous(item, index)) === multimask && windows[index]?.side === side,
        );
        const pieceOf = (batch: MicroBatch): Piece => ({
          ...{ item, batch, resolution, multimask, answers },
          ...(side !== undefined && { windows: batch.prompts.map((index) => windows[index]!) }),
        });
        const [first] = some;
        if (first === undefined) return [];
        const one = graphCost(pieceShape(pieceOf({ prompts: [first], tokens: 2 }), options));
        const largest = options.microBatch ?? Math.max(1, Math.round(MICRO_BATCH / one));
        return microBatches(item.prompts, largest, some).map(pieceOf);
      }),
    ),
  );
}

/** Whether a prompt may mean several things: it is a single point, without an earlier answer. */
function isAmbiguous({ prompts, maskPrompts }: TrainItem, index: number): boolean {
  const { box, points = [] } = prompts[index]!;
  return maskPrompts === undefined && box === undefined && points.length === 1;
}
