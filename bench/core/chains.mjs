import { from, map, concatMap } from 'rxjs';
import { fromPull, mapBounded } from '@sluice/core';
import { runGraph } from '../../packages/core/dist/run/run-graph.js';

/**
 * The same chain of identity stages twice: plain RxJS, and stages of a graph with a bounded edge between each two.
 * @typedef {{ readonly plain: () => Promise<number>, readonly ours: () => Promise<number> }} Contest
 */

/**
 * @param {() => Iterable<number>} source
 * @param {number} stages
 * @returns {Contest} synchronous
 */
export const synchronous = (source, stages) => ({
  plain: () => runPlain(source, stages, () => map((item) => item)),
  ours: () => runOurs(source, stages, () => map((item) => item)),
});

/**
 * @param {() => Iterable<number>} source
 * @param {number} stages
 * @returns {Contest} one asynchronous call an item and stage, one after the other
 */
export const asynchronous = (source, stages) => ({
  plain: () => runPlain(source, stages, () => concatMap(async (item) => item)),
  ours: () => runOurs(source, stages, () => mapBounded(async (item) => item, 1)),
});

/**
 * Resolves to the number of items that came out.
 * @param {() => Iterable<number>} source
 * @param {number} stages
 * @param {() => import('rxjs').OperatorFunction<number, number>} operator
 * @returns {Promise<number>}
 */
function runPlain(source, stages, operator) {
  let stream = from(source());
  for (let i = 0; i < stages; i++) stream = stream.pipe(operator());
  return new Promise((resolve, reject) => {
    let count = 0;
    stream.subscribe({ next: () => count++, error: reject, complete: () => resolve(count) });
  });
}

/**
 * @param {() => Iterable<number>} source
 * @param {number} stages
 * @param {() => import('rxjs').OperatorFunction<number, number>} operator
 * @returns {Promise<number>}
 */
function runOurs(source, stages, operator) {
  const feedback = new Set();
  const chain = Array.from({ length: stages }, (_, index) => ({
    id: `stage ${index}`,
    inputs: { items: [{ stage: index === 0 ? 'source' : `stage ${index - 1}`, port: 'items' }] },
    feedback,
    connect: ({ items }) => ({ items: items.pipe(operator()) }),
  }));
  const first = { id: 'source', inputs: {}, feedback, connect: () => ({ items: fromPull(source) }) };
  const graph = runGraph([first, ...chain]);
  return new Promise((resolve, reject) => {
    // The last edge's count is what came out, too: an identity loses nothing.
    graph.events.subscribe({ error: reject, complete: () => resolve(graph.statistics().at(-1).items) });
  });
}
