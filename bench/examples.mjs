/**
 * The examples of all dataset formats, one after the other: they must end with the same scores. See README.md.
 * node bench/examples.mjs [--pictures 16] [--set vars.epochs=1]
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { printResult, table } from './support/report.mjs';
import { root } from './support/shared.mjs';

const names = ['coco', 'voc-semantic', 'voc-instance', 'common-semantic-segmentation', 'datumaro'];
/** @type {[string, { f1_before: number, f1_after: number, seconds: number }][]} */
const results = [];
for (const name of names) results.push([name, await resultOf(name)]);

const rows = results.map(([name, { f1_before: before, f1_after: after, seconds }]) => [name, before, after, seconds]);
console.log(`\n${table(['example', 'F1 untouched', 'F1 tuned', 'seconds'], rows)}\n`);
const distinct = new Set(results.map(([, { f1_before: before, f1_after: after }]) => `${before} ${after}`));
printResult({ equal: distinct.size === 1, f1_before: results[0][1].f1_before, f1_after: results[0][1].f1_after });
if (distinct.size > 1) process.exitCode = 1;

/** @param {string} name */
async function resultOf(name) {
  const args = [join(root, 'examples', name, 'run.mjs'), ...process.argv.slice(2)];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const out = await text(child.stdout);
  const line = /^RESULT (.*)$/m.exec(out)?.[1];
  if (line === undefined) throw new Error(`the example ${name} gave no result:\n${out}`);
  return JSON.parse(line);
}
