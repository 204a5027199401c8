import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/**
 * A side of a benchmark in a process of its own, so that its peak memory is its own and sides can take turns in one run.
 * It answers each JSON line on its standard input with one on its standard output (`serve.mjs`, `peers/contender.py`).
 * @typedef {{ ask(request: { do: string, [key: string]: unknown }): Promise<any>, close(): Promise<void> }} Contender
 */

/**
 * Starts a contender and waits until it is ready.
 * @param {string} name for error messages
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {Promise<Contender>}
 */
export async function startContender(name, command, args) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.once('error', (error) => console.error(`${name}: ${error.message}`));

  const next = async () => {
    const { value, done } = await answers.next();
    if (done) throw new Error(`${name} ended early, with status ${String(await ended)}`);
    return JSON.parse(value);
  };
  await next(); // `{"ready": true}`
  return {
    ask: (request) => {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      return next();
    },
    close: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
