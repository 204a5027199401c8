/**
 * Items through stages with bounded edges, against the same chain in plain RxJS, in turns in one run: see README.md.
 * node bench/core.mjs [--items 100000] [--stages 5] [--rounds 15] [--slower 100]
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { asynchronous, synchronous } from './core/chains.mjs';
import { compete } from './core/contest.mjs';
import { timePipeline } from './core/pipeline.mjs';
import { busyWarning, describeMachine } from './support/machine.mjs';
import { printResult, table } from './support/report.mjs';
import { significant } from './support/statistics.mjs';

const { values: options } = parseArgs({
  options: {
    items: { type: 'string', default: '100000' },
    stages: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '15' },
    slower: { type: 'string', default: '100' },
  },
});
const [items, stages, rounds, slower] = [options.items, options.stages, options.rounds, options.slower].map(Number);

const list = Array.from({ length: items }, (_, i) => i);
const generator = function* () {
  for (let i = 0; i < items; i++) yield i;
};
const perSecond = (/** @type {number} */ milliseconds) => Math.round((items / milliseconds) * 1000);

const warning = busyWarning();
console.log(`${describeMachine()}; ${items} items, ${stages} stages, median of ${rounds} turns`);
if (warning) console.log(warning);

const synchronousChain = await compete(synchronous(generator, stages), rounds, items);
const fromList = await compete(
  synchronous(() => list, stages),
  rounds,
  items,
);
const asynchronousChain = await compete(asynchronous(generator, stages), Math.ceil(rounds / 3), items);
const rssMb = Math.round(process.resourceUsage().maxRSS / 1024);
const pipeline = await timePipeline({ items, stages, rounds });

const row = (/** @type {string} */ name, /** @type {{ plain: number, ours: number, ratio: number }} */ result) => [
  name,
  perSecond(result.plain),
  perSecond(result.ours),
  result.ratio.toFixed(2),
];
console.log(
  `\n${table(
    ['chain, items a second', 'plain RxJS', 'ours', 'ratio'],
    [
      row('synchronous (map), from an iterator', synchronousChain),
      row('synchronous (map), from a list', fromList),
      row('asynchronous (concatMap, mapBounded)', asynchronousChain),
      ['whole run of a pipeline file', '', perSecond(pipeline), ''],
    ],
  )}`,
);

console.error(`a consumer ${slower} times slower than the source ...`);
const script = fileURLToPath(new URL('core/slow-consumer.mjs', import.meta.url));
const args = ['--expose-gc', script, String(items), String(slower)];
const slow = JSON.parse((await promisify(execFile)(process.execPath, args)).stdout);
console.log(
  `\nA consumer ${Math.round(slow.seconds / slow.producerSeconds)} times slower than the source: growth of ${slow.growth.rss.toFixed(1)} MB (live ${slow.growth.heap.toFixed(2)} MB), at most ${slow.ahead} items ahead\n`,
);
console.log(
  table(
    ['edge', 'items', 'peak', 'bound', 'producer waited'],
    slow.edges.map(({ edge, items, peak, bound, waited }) => [
      edge,
      items,
      peak,
      bound,
      `${(waited / 10 / slow.seconds).toFixed(0)} %`,
    ]),
  ),
);

const noise = Math.max(synchronousChain.noise, fromList.noise, asynchronousChain.noise);
printResult({
  ratio_to_rxjs: significant(synchronousChain.ratio),
  items_per_s: perSecond(synchronousChain.ours),
  rss_mb: rssMb,
  ratio_to_rxjs_list: significant(fromList.ratio),
  items_per_s_list: perSecond(fromList.ours),
  ratio_to_rxjs_async: significant(asynchronousChain.ratio),
  items_per_s_async: perSecond(asynchronousChain.ours),
  items_per_s_pipeline: perSecond(pipeline),
  slow_growth_mb: significant(slow.growth.rss),
  slow_peak: Math.max(...slow.edges.map(({ peak }) => peak)),
  slow_bound: Math.min(...slow.edges.map(({ bound }) => bound)),
  noise: significant(noise, 2),
  ...(warning && { busy: true }),
});
