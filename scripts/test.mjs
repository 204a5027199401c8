// Every check and test of the repository: `npm test`, or of a part: `npm test -- packages/core`. The last line is
// `N passed, N failed`, where each check and each test counts one.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { workspaceReferenceProblems } from './lib/check-references.mjs';
import { runCommand, tool } from './lib/run-command.mjs';
import { root } from './lib/workspace.mjs';
import { setUp } from './setup.mjs';

const filters = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const missing = filters.filter((filter) => !existsSync(path.join(root, filter)));
const paths = missing.length === 0 ? filters : []; // words that are no path choose tests only
const exists = (name) => existsSync(path.join(root, name));

const checks = [
  { name: 'types', run: () => runCommand(tool('tsc', '-b')) },
  { name: 'bundle', run: bundle },
  { name: 'lint', run: () => runCommand(tool('eslint', '--max-warnings=-1', ...(paths.length > 0 ? paths : ['.']))) },
  {
    name: 'format',
    run: () => runCommand(tool('prettier', '--check', '--log-level=warn', ...(paths.length > 0 ? paths : ['.']))),
  },
  {
    name: 'layers',
    run: () => runCommand(tool('depcruise', '--output-type', 'err-long', ...['packages', 'examples'].filter(exists))),
  },
  { name: 'unused code', run: () => runCommand(tool('knip', '--no-progress')) },
  { name: 'references', run: () => Promise.resolve(report(workspaceReferenceProblems())) },
];

async function bundle() {
  const { bundleCommand } = await import('./lib/bundle-command.mjs');
  await bundleCommand();
  return { code: 0, text: '' };
}

const report = (problems) => ({ code: problems.length > 0 ? 1 : 0, text: problems.join('\n') });

async function timed({ name, run }) {
  const started = performance.now();
  const { code, text } = await run().catch((error) => ({ code: 1, text: String(error.stack) }));
  const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(5);
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name.padEnd(12)} ${seconds} s`);
  if (code !== 0 || text.includes('warning')) console.log(text.trimEnd().replace(/^/gm, '       '));
  return code === 0;
}

/** Runs vitest; a test file that could not be loaded counts as one failure. */
async function runTests() {
  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-tests-'));
  const outputFile = path.join(folder, 'results.json');
  try {
    const args = [
      'run',
      '--passWithNoTests',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${outputFile}`,
    ];
    const { code } = await runCommand(tool('vitest', ...args, ...filters), { output: 'inherit' });
    if (!existsSync(outputFile)) return { passed: 0, failed: 1, skipped: 0 };
    const results = JSON.parse(readFileSync(outputFile, 'utf8'));
    const broken = results.testResults.filter(
      (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
    ).length;
    const failed = results.numFailedTests + broken;
    const skipped = results.numPendingTests + results.numTodoTests;
    return { passed: results.numPassedTests, failed: failed === 0 && code !== 0 ? 1 : failed, skipped };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

let passed = 0;
let failed = 0;
try {
  await setUp({ build: false });
  const [types, bundled, ...others] = checks;
  const outcomes = [await timed(types), await timed(bundled)];
  // Two at a time; the tests run alone after them, so that nothing disturbs those that measure time.
  const queue = [...others];
  const worker = async () => {
    for (let check = queue.shift(); check; check = queue.shift()) outcomes.push(await timed(check));
  };
  await Promise.all([worker(), worker()]);
  passed = outcomes.filter(Boolean).length;
  failed = outcomes.length - passed;
  const tests = await runTests();
  if (tests.skipped > 0) console.log(`${tests.skipped} skipped (their names say what they need)`);
  passed += tests.passed;
  failed += tests.failed;
} catch (error) {
  console.error(error.message);
  failed += 1;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
