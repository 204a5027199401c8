import { readFileSync } from 'node:fs';
import path from 'node:path';
import { runCommand } from './run-command.mjs';
import { root } from './workspace.mjs';

/** Largest difference of a loss, relative to the other run's. */
const TOLERANCE = 1e-3;

/**
 * Runs a command, says how it went and how long it took, and ends with its output where it failed.
 * @param {string} title
 * @param {[string, string[]]} command
 * @param {NodeJS.ProcessEnv} [env]
 */
export async function must(title, command, env = process.env) {
  const started = performance.now();
  const { code, text } = await runCommand(command, { env });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${title.padEnd(48)} ${seconds} s`);
  if (code !== 0) throw new Error(text);
  return text;
}

/**
 * Runs a pipeline file through the command line, in folders of its own below `folder`, and returns what its run folder says.
 * @param {{ title: string, file: string, folder: string, name: string, settings: string[], env?: NodeJS.ProcessEnv }} options
 */
export async function runOf({ title, file, folder, name, settings, env }) {
  const program = path.join(root, 'packages', 'pipelines', 'bin', 'sluice.js');
  const set = settings.flatMap((setting) => ['--set', setting]);
  const folders = ['--runs-dir', path.join(folder, name), '--cache-dir', path.join(folder, 'cache'), '--threads', '2'];
  const text = await must(
    title,
    [process.execPath, [program, 'run', file, ...set, ...folders, '--json', '--quiet']],
    env,
  );
  const { folder: run } = JSON.parse(text.slice(text.indexOf('{\n'), text.lastIndexOf('}') + 1));
  const read = (part) => readFileSync(path.join(run, part), 'utf8');
  const rows = read('metrics.jsonl')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const steps = rows.filter(({ stage, scope }) => stage === 'train' && scope === 'step');
  return {
    losses: steps.map(({ loss }) => loss),
    final: rows.filter(({ scope }) => scope === 'final'),
    engine: JSON.parse(read('manifest.json')).serviceFacts.engine,
  };
}

/**
 * Throws unless both runs have as many losses as there are steps, which agree within a thousandth.
 * @param {{ steps: number, expected: number[], actual: number[], names: [string, string] }} losses
 */
export function expectSameLosses({ steps, expected, actual, names }) {
  const differences = expected.map((loss, i) => Math.abs(actual[i] - loss) / loss);
  console.log(`losses on ${names[0]} ${expected.join(', ')}; on ${names[1]} ${actual.join(', ')}`);
  if (expected.length !== steps || actual.length !== steps) throw new Error(`not ${steps} steps each`);
  if (!differences.every((difference) => difference <= TOLERANCE))
    throw new Error(`they differ by more than ${TOLERANCE}`);
  console.log(`ok     losses of ${steps} steps agree to ${Math.max(...differences).toExponential(1)}`);
}
