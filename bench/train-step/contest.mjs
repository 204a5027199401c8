import { median, spread } from '../support/statistics.mjs';

/**
 * Takes turns (A B A B ...) so that what else the machine does hits all contenders alike; the first turn warms up and isn't counted.
 * @typedef {import('../support/contender.mjs').Contender} Contender
 * @param {readonly { name: string, contender: Contender, actions: readonly string[] }[]} contenders
 * @param {number} repeats
 * @returns {Promise<{ times: Map<string, Record<string, number>>, noise: number }>} median milliseconds by contender and action, and the
 *   largest spread of any of them
 */
export async function contest(contenders, repeats) {
  /** @type {Map<string, Record<string, number[]>>} */
  const samples = new Map(
    contenders.map(({ name, actions }) => [name, Object.fromEntries(actions.map((a) => [a, []]))]),
  );
  const actions = [...new Set(contenders.flatMap((side) => side.actions))];
  for (let turn = 0; turn <= repeats; turn++) {
    for (const action of actions) {
      for (const side of contenders) {
        if (!side.actions.includes(action)) continue;
        const { ms } = await side.contender.ask({ do: action });
        if (turn > 0) samples.get(side.name)[action].push(ms);
      }
    }
  }
  const medians = (/** @type {Record<string, number[]>} */ of) =>
    Object.fromEntries(Object.entries(of).map(([action, values]) => [action, median(values)]));
  return {
    times: new Map([...samples].map(([name, of]) => [name, medians(of)])),
    noise: Math.max(...[...samples.values()].flatMap((of) => Object.values(of).map(spread))),
  };
}
