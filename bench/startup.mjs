/**
 * How long the command takes to start and to check a file: see README.md. node bench/startup.mjs [--repeats 10]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { checkPipeline } from '@sluice/core';
import { bundledStages } from '@sluice/pipelines';
import { busyWarning, describeMachine } from './support/machine.mjs';
import { printResult, table } from './support/report.mjs';
import { root } from './support/shared.mjs';
import { median } from './support/statistics.mjs';

const { values } = parseArgs({ options: { repeats: { type: 'string', default: '10' } } });
const repeats = Number(values.repeats);
const busy = busyWarning();

const program = join(root, 'packages/pipelines/bin/sluice.js');
/** Processes that take turns, so that what else the machine does hits all alike. */
const commands = {
  node: ['-e', '0'],
  help: [program, '--help'],
  validate: [program, 'validate', join(root, 'examples/demo/pipeline.yaml')],
};
/** @type {Record<string, number[]>} */
const times = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
for (let turn = 0; turn <= repeats; turn++) {
  for (const [name, args] of Object.entries(commands)) {
    const start = performance.now();
    const { status, stderr } = spawnSync(process.execPath, args);
    if (status !== 0) throw new Error(`${name} failed: ${String(stderr)}`);
    if (turn > 0) times[name].push(performance.now() - start); // the first turn fills the system's file cache
  }
}

const folder = mkdtempSync(join(tmpdir(), 'sluice-startup-'));
/** @type {number[]} */
const checks = [];
/** @type {number[]} */
const processor = [];
try {
  const file = join(folder, 'pipeline.yaml');
  writeFileSync(file, pipelineOf(200));
  await Promise.all(Object.values(bundledStages).map(({ load }) => load()));
  for (let turn = 0; turn <= repeats; turn++) {
    const start = performance.now();
    const used = process.cpuUsage();
    const { plan, diagnostics } = await checkPipeline(file, { bundled: bundledStages });
    if (plan === undefined) throw new Error(JSON.stringify(diagnostics[0]));
    checks.push(performance.now() - start);
    const { user, system } = process.cpuUsage(used);
    processor.push((user + system) / 1000);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @param {number} count */
function pipelineOf(count) {
  const groups = Array.from({ length: count / 4 }, (_, i) => [
    `  in${i}: { uses: ingest, with: { format: coco, root: '\${vars.root}' } }`,
    `  resize${i}: { uses: resize-pad, in: { samples: in${i} }, with: { size: '\${vars.size}' } }`,
    `  prompts${i}:`,
    '    uses: sample-prompts',
    `    in: { samples: [in${i}.samples${i > 0 ? `, in${i - 1}.samples` : ''}] }`,
    '    with: { boxes: true, jitter: 0.02 }',
    `  encode${i}: { uses: encode, in: { images: resize${i}.images }, with: { precision: float16 } }`,
  ]);
  return ['sluice: 1', 'name: large', 'vars: { size: 1024, root: ./data }', 'stages:', ...groups.flat(), ''].join('\n');
}

const [first, ...warm] = checks;
const [firstProcessor, ...warmProcessor] = processor;
const node = median(times.node);
const row = (/** @type {string} */ name, /** @type {number} */ time) => [
  name,
  Math.round(time),
  (time / node).toFixed(1),
];
console.log(
  `\n${describeMachine()}\n\n${table(
    ['median of so many', String(repeats), 'times node'],
    [
      row('node -e 0', node),
      row('sluice --help', median(times.help)),
      row('sluice validate', median(times.validate)),
      row('200 stages in process, first', first),
      row('200 stages in process, warm', median(warm)),
      row('the processor for it, first', firstProcessor),
      row('the processor for it, warm', median(warmProcessor)),
    ],
  )}\n`,
);
if (busy !== undefined) console.log(busy);
printResult({
  node_ms: Math.round(node),
  help_ms: Math.round(median(times.help)),
  validate_ms: Math.round(median(times.validate)),
  validate_200_ms: Math.round(median(warm)),
  validate_200_first_ms: Math.round(first),
  validate_200_cpu_ms: Math.round(median(warmProcessor)),
  validate_200_first_cpu_ms: Math.round(firstProcessor),
});
