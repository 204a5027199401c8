import { coreErrors } from '../errors/core-errors.js';
import type { Logger } from '../services/logger.js';
import type { GraphRun } from './run-graph.js';

/** A run in which nothing has moved for this long is worth a word, though a stage may be at work in its own way. */
const STILL_MILLISECONDS = 60_000;

/**
 * Fails a run that can never move again: Node has nothing left to do while stages still wait for each other. Says so in the log where
 * items wait and no stage holds one, for the case that something else keeps the process busy. Returns a function that ends the watch.
 */
export function watchStandstill(graph: GraphRun, logger: Logger, fail: (error: unknown) => void): () => void {
  const names = (): readonly string[] => graph.waiting().map(({ edge }) => edge);
  const idle = (): void => fail(coreErrors.DEADLOCK({ edges: names() }));
  process.once('beforeExit', idle);
  let before = -1;
  const timer = setInterval(() => {
    const moved = graph.statistics().reduce((sum, { items }) => sum + items, 0);
    const edges = names();
    if (moved === before && edges.length > 0 && graph.idle()) {
      logger.warn(`nothing has moved for ${String(STILL_MILLISECONDS / 1000)} s; items wait on ${edges.join(', ')}`);
    }
    before = moved;
  }, STILL_MILLISECONDS);
  timer.unref();
  return () => {
    process.off('beforeExit', idle);
    clearInterval(timer);
  };
}
