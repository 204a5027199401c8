import type { StageGate } from './stage-gate.js';

/** One item on its way through a stage; it is acknowledged when nobody holds it any more. */
export interface Delivery {
  /** Keeps the item unacknowledged; `window` more items may be in flight meanwhile. Each hold needs a `release`. */
  hold(window: number): void;
  release(): void;
  /** Gives up the place that the item has reserved on the stage's output edges; for operators that reserve per result. */
  unreserve(): void;
  /** The item has come out of this stage: a source that did not know where it belongs does from here on. */
  adopt(stage: StageGate): void;
}

/** The stage and the item that the code on the (synchronous) call stack works for. */
export interface FlowContext {
  readonly stage: StageGate | undefined;
  /** Made when it is asked for: most items go through a stage and nobody holds them. Ask while the context is current, not later. */
  readonly delivery: Delivery | undefined;
}

/** Notes for whom the code on the call stack works. */
export interface FlowFrame {
  context: FlowContext;
}

interface FlowCell {
  frame: FlowFrame;
  /** The context may be an item's without a stage: a quick answer for those who ask for each item. */
  stray: boolean;
}

/** Nobody's. */
export const outside: FlowContext = { stage: undefined, delivery: undefined };
const key = Symbol.for('@sluice/core/flow/2');

/**
 * Shared by all copies of this package in the process, so that a stage package with a copy of its own still gets bounded edges. A run
 * has a frame of its own, which is as old as its edges: to note a young object in an old one, for each item, is dear in V8.
 */
const cell = ((globalThis as Record<symbol, FlowCell | undefined>)[key] ??= {
  frame: { context: outside },
  stray: false,
});

export function currentFlow(): FlowContext {
  return cell.frame.context;
}

/** An item that comes from no known stage belongs to `stage` from here on. */
export function adoptItem(stage: StageGate): void {
  if (!cell.stray) return;
  const { context } = cell.frame;
  if (context.stage === undefined) context.delivery?.adopt(stage);
}

/** What follows is on behalf of a stage and an item, until the context that was current, which it returns, is entered again. */
export function enterFlow(context: FlowContext): FlowContext {
  const { frame } = cell;
  const before = frame.context;
  frame.context = context;
  cell.stray = context.stage === undefined && context !== outside;
  return before;
}

/** Calls `action` on behalf of a stage and an item: operators below find them with `currentFlow()`. */
export function withFlow(context: FlowContext, action: () => void): void {
  const before = enterFlow(context);
  try {
    action();
  } finally {
    enterFlow(before);
  }
}

/** What `action` does is noted in `frame`, where each context has a stage. */
export function withFrame(frame: FlowFrame, action: () => void): void {
  const { frame: before, stray } = cell;
  cell.frame = frame;
  cell.stray = false;
  try {
    action();
  } finally {
    cell.frame = before;
    cell.stray = stray;
  }
}
