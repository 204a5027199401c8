import { loadPipeline, runTests, type TestOutcome } from '@sluice/core';
import { pipelinesErrors } from '../errors.js';
import { loadOptions } from '../load-options.js';
import { catchSignals } from './catch-signals.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import type { Terminal } from './terminal.js';

export interface TestOptions {
  readonly set: readonly string[];
  readonly profile: readonly string[];
  readonly json?: boolean;
}

/** `sluice test`: a line for each test on stdout, what is wrong below it; exit code 1 where one failed. */
export async function testCommand(file: string, options: TestOptions, terminal: Terminal): Promise<ExitCode> {
  const { set, profile, json = false } = options;
  const plan = await loadPipeline(file, loadOptions({ set, profiles: profile, environment: process.env }));
  if (plan.tests.length === 0) throw pipelinesErrors.NO_TESTS({ file });
  const controller = new AbortController();
  const signals = catchSignals((signal) => controller.abort(new Error(signal)));
  try {
    const outcomes = await runTests(plan, {
      signal: controller.signal,
      ...(json ? {} : { onOutcome: (outcome: TestOutcome) => terminal.out(outcomeText(outcome)) }),
    });
    const failed = outcomes.filter(({ passed }) => !passed).length;
    if (json)
      terminal.out(
        `${JSON.stringify({ passed: outcomes.length - failed, failed, tests: outcomes.map(row) }, undefined, 2)}\n`,
      );
    else terminal.out(`${outcomes.length - failed} passed, ${failed} failed\n`);
    return failed === 0 ? exitCodes.ok : exitCodes.stageFailed;
  } catch (error) {
    const code = signals.exitCode();
    if (code === undefined) throw error;
    return code;
  } finally {
    signals.stop();
  }
}

const row = ({ test: { name, stage, place }, passed, problems, milliseconds }: TestOutcome) => ({
  ...{ name, stage, passed, problems, milliseconds },
  ...place,
});

function outcomeText({ test: { name, stage, place }, passed, problems }: TestOutcome): string {
  if (passed) return `ok      ${stage}: ${name}\n`;
  const lines = problems.map((problem) => `          ${problem}\n`).join('');
  return `FAILED  ${stage}: ${name} (${place.file}:${place.line}:${place.column})\n${lines}`;
}
