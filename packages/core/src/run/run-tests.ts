import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Container } from 'inversify';
import { causesText } from '../errors/causes.js';
import type { PipelinePlan, PlannedTest } from '../pipeline/plan.js';
import { openRunFolder } from './create-run-folder.js';
import { mismatches } from './match-item.js';
import { openRunServices, type RunServices } from './resolve-services.js';
import { runOneStage, silentLogger } from './run-one-stage.js';

export interface TestOutcome {
  readonly test: PlannedTest;
  readonly passed: boolean;
  /** What is wrong, a sentence each, with the line of what was expected where there is one. */
  readonly problems: readonly string[];
  readonly milliseconds: number;
}

export interface RunTestsOptions {
  readonly container?: Container;
  readonly signal?: AbortSignal;
  /** Called after each test. */
  readonly onOutcome?: (outcome: TestOutcome) => void;
}

/** Runs the `tests` of a pipeline file: each gives a stage items and compares what comes out. Files go to a folder that is removed. */
export async function runTests(plan: PipelinePlan, options: RunTestsOptions = {}): Promise<readonly TestOutcome[]> {
  const services = await openRunServices(options.container, plan.modules, silentLogger);
  const outcomes: TestOutcome[] = [];
  try {
    for (const test of plan.tests) {
      options.signal?.throwIfAborted();
      const begin = performance.now();
      const problems = await problemsOf(test, plan, services, options.signal);
      const outcome = { test, passed: problems.length === 0, problems, milliseconds: performance.now() - begin };
      outcomes.push(outcome);
      options.onOutcome?.(outcome);
    }
  } finally {
    await services.close();
  }
  return outcomes;
}

async function problemsOf(
  test: PlannedTest,
  plan: PipelinePlan,
  services: RunServices,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const planned = plan.stages.find(({ id }) => id === test.stage)!;
  const folder = await mkdtemp(join(tmpdir(), 'sluice-test-'));
  try {
    const { outputs } = await runOneStage({
      stage: planned.definition,
      options: test.options,
      services: await services.of(planned),
      inputs: Object.fromEntries(
        Object.entries(test.given).map(([port, items]) => [port, items.map(({ value }) => value)]),
      ),
      seed: plan.seed,
      run: openRunFolder(folder, 'test'),
      ...(signal && { signal }),
    });
    return Object.entries(test.expect).flatMap(([port, expected]) => portProblems(port, expected, outputs[port] ?? []));
  } catch (error) {
    return [`it failed: ${causesText(error)}`];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function portProblems(
  port: string,
  expected: PlannedTest['expect'][string],
  found: readonly unknown[],
): readonly string[] {
  const count =
    found.length === expected.length
      ? []
      : [`${port} gave ${String(found.length)} items, not ${String(expected.length)}`];
  const wrong = expected
    .slice(0, found.length)
    .flatMap(({ value, place }, index) =>
      mismatches(value, found[index]).map(
        (problem) =>
          `${place.file}:${String(place.line)}:${String(place.column)} item ${String(index + 1)} of ${port}: ${problem}`,
      ),
    );
  return [...count, ...wrong];
}
