/**
 * Memory before a consumer that is many times slower than the producer, in a process of its own:
 * node --expose-gc bench/core/slow-consumer.mjs ITEMS TIMES
 * Each item carries a kilobyte, so that items that pile up show. Writes a JSON line.
 */
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { setImmediate } from 'node:timers';
import { fromPull, mapBounded } from '@sluice/core';
import { map } from 'rxjs';
import { median } from '../support/statistics.mjs';
import { runGraph } from '../../packages/core/dist/run/run-graph.js';

const [items, times] = process.argv.slice(2).map(Number);
const BYTES = 1024;
/** After so many items all code is compiled and the heap has its size. */
const WARM_UP = items / 10;
const makeItem = (index) => ({ index, payload: new Uint8Array(BYTES).fill(index) });

let pulled = 0;
let done = 0;
let ahead = 0;
let before = { rss: 0, heap: 0 };
let growth = { rss: 0, heap: 0 };

/** How long the consumer takes for an item: so many times what one costs to make (median of batches, in milliseconds). */
const pause = times * median(Array.from({ length: 50 }, () => timeOf(() => makeItem(0), 1000)));

function timeOf(work, repeats) {
  const start = performance.now();
  for (let i = 0; i < repeats; i++) work(i);
  return (performance.now() - start) / repeats;
}

function* source() {
  for (let i = 0; i < items; i++) {
    pulled++;
    yield makeItem(i);
  }
}

async function consume({ index }) {
  const until = performance.now() + pause;
  do await new Promise((resolve) => setImmediate(resolve));
  while (performance.now() < until);
  ahead = Math.max(ahead, pulled - ++done);
  if (done === WARM_UP) before = memory();
  else if (done > WARM_UP && done % (items / 20) === 0) {
    const now = memory();
    growth = { rss: Math.max(growth.rss, now.rss - before.rss), heap: Math.max(growth.heap, now.heap - before.heap) };
  }
  return index;
}

/** In MB, of what is alive. */
function memory() {
  globalThis.gc();
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  return { rss: rss / 2 ** 20, heap: (heapUsed + external + arrayBuffers) / 2 ** 20 };
}

const feedback = new Set();
const from = (stage) => ({ items: [{ stage, port: 'items' }] });
const graph = runGraph([
  { id: 'source', inputs: {}, feedback, connect: () => ({ items: fromPull(source) }) },
  {
    id: 'pass',
    inputs: from('source'),
    feedback,
    connect: ({ items }) => ({ items: items.pipe(map((item) => item)) }),
  },
  {
    id: 'slow',
    inputs: from('pass'),
    feedback,
    connect: ({ items }) => ({ items: items.pipe(mapBounded(consume, 1)) }),
  },
]);
const start = performance.now();
await new Promise((resolve, reject) => graph.events.subscribe({ error: reject, complete: resolve }));
if (done !== items) throw new Error(`${done} of ${items} items came out`);
const seconds = (performance.now() - start) / 1000;
const producerSeconds = (items * pause) / times / 1000;
process.stdout.write(`${JSON.stringify({ growth, ahead, edges: graph.statistics(), seconds, producerSeconds })}\n`);
