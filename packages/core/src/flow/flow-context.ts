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
  readonly delivery: Delivery | undefined;
}

interface FlowCell {
  current: FlowContext;
}

const outside: FlowContext = { stage: undefined, delivery: undefined };
const key = Symbol.for('@sluice/core/flow/1');

/** Shared by all copies of this package in the process, so that a stage package with a copy of its own still gets bounded edges. */
const cell = ((globalThis as Record<symbol, FlowCell | undefined>)[key] ??= { current: outside });

export function currentFlow(): FlowContext {
  return cell.current;
}

/** Calls `action` on behalf of a stage and an item: operators below find them with `currentFlow()`. */
export function withFlow(context: FlowContext, action: () => void): void {
  const before = cell.current;
  cell.current = context;
  try {
    action();
  } finally {
    cell.current = before;
  }
}
