import { performance } from 'node:perf_hooks';
import { median, spread } from '../support/statistics.mjs';

/** Turns that warm up: V8 compiles. */
const WARM_UP = 3;

/**
 * Both sides in turns, so that what else the machine does hits both alike; medians count, also of each turn's ratio.
 * @param {import('./chains.mjs').Contest} contest
 * @param {number} rounds
 * @param {number} items that must come out
 * @returns {Promise<{ ours: number, plain: number, ratio: number, noise: number }>} milliseconds; how many times the plain chain's speed
 */
export async function compete({ plain, ours }, rounds, items) {
  const times = { plain: [], ours: [] };
  for (let round = 0; round < rounds + WARM_UP; round++) {
    for (const [name, run] of [
      ['plain', plain],
      ['ours', ours],
    ]) {
      const start = performance.now();
      const count = await run();
      const time = performance.now() - start;
      if (count !== items) throw new Error(`${name}: ${count} of ${items} items came out`);
      if (round >= WARM_UP) times[name].push(time);
    }
  }
  return {
    ours: median(times.ours),
    plain: median(times.plain),
    ratio: median(times.plain.map((time, round) => time / times.ours[round])),
    noise: Math.max(spread(times.plain), spread(times.ours)),
  };
}
