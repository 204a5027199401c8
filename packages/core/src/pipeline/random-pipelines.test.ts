import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pipelineFolder } from '../testing/fixtures/pipeline-folder.js';
import { printPipeline } from './print-pipeline.js';

const { check } = pipelineFolder();

/** Anything, built of the words of the language. */
const words = [
  'a',
  'b',
  'n',
  'stages',
  'vars',
  'with',
  'in',
  'uses',
  'to',
  'by',
  'numbers',
  'retry',
  'attempts',
  'on',
  'stage',
];
const anything = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(
      null,
      0,
      1,
      -1,
      0.5,
      true,
      '',
      'a',
      'a.numbers',
      'count',
      'each',
      '5s',
      '${vars.n}',
      'x${vars.n}',
      '${vars',
      'io',
    ),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...words), tie('value'), { maxKeys: 4 }),
  ),
})).value;
/** Mostly what belongs there. */
const mostly = <T>(...values: readonly T[]) =>
  fc.oneof({ weight: 60, arbitrary: fc.constantFrom(...values) }, { weight: 1, arbitrary: anything });
const maybe = { requiredKeys: [] };

const stages = fc.record({
  a: fc.record({
    uses: mostly('count'),
    with: mostly<unknown>({ to: 3 }, { to: '${vars.n}' }, { to: 1, mode: 'odd' }),
  }),
  b: fc.record(
    {
      uses: mostly('each'),
      in: mostly<unknown>({ numbers: 'a' }, { numbers: ['a.numbers'] }),
      with: mostly<unknown>({ by: 4 }, { nested: { name: 'x${vars.n}' } }, null),
      retry: mostly<unknown>(2, { attempts: 3, on: ['io'] }),
      timeout: mostly('5s', '1h'),
      'on-item-error': mostly('fail', 'dead-letter'),
      concurrency: mostly(1, 4),
    },
    { requiredKeys: ['uses', 'in'] },
  ),
});
const pipeline = fc
  .record(
    {
      vars: mostly<unknown>({ n: 2 }, { n: 5, m: '${vars.n}' }),
      seed: mostly(0, 7),
      matrix: mostly<unknown>({ 'vars.n': [1, 2] }, { 'stages.b.with.by': [1, 2], seed: [3] }, null),
      profiles: mostly<unknown>({ quick: { vars: { n: 1 } } }, { quick: { stages: { b: null } } }, { quick: null }),
      tests: mostly<unknown>([{ stage: 'b', given: { numbers: [1] }, expect: { numbers: [2] } }], []),
      extends: mostly<unknown>([], 'empty.yaml'),
    },
    maybe,
  )
  .chain((blocks) => stages.map((each) => ({ sluice: 1, name: 't', ...blocks, stages: each })));
const layers = fc.record(
  {
    profiles: fc.constantFrom([], ['quick'], ['quick', 'quick']),
    environment: fc.dictionary(
      fc.constantFrom('SLUICE__VARS__N', 'SLUICE__STAGES__B__WITH__BY', 'SLUICE__A'),
      fc.constantFrom('1', '[', 'x'),
    ),
    set: fc.array(
      fc.constantFrom('vars.n=4', 'stages.b.with={by: 3}', 'matrix=', 'matrix={seed: [1, 2]}', 'stages.b=1'),
      { maxLength: 2 },
    ),
  },
  { requiredKeys: ['profiles'] },
);

describe('a pipeline put together at random', () => {
  it('is either refused at places in its sources, or printed as one that resolves to itself', async () => {
    let sound = 0;
    await fc.assert(
      fc.asyncProperty(pipeline, layers, async (content, options) => {
        const text = JSON.stringify(content, undefined, 1);
        const { points, diagnostics } = await check({ 'empty.yaml': 'vars: { n: 9 }\n', 'p.yaml': text }, options);
        expect(points.length > 0).toBe(diagnostics.length === 0);
        for (const { file, line, column } of diagnostics) {
          if (file === 'p.yaml') expect(column).toBeLessThanOrEqual(text.split('\n')[line - 1]!.length + 1);
          else expect(file).toMatch(/^(?:--set|--profile|environment SLUICE__\w+)$/);
        }
        for (const { plan } of points.slice(0, 2)) {
          const again = await check({ 'p.yaml': printPipeline(plan.resolved, plan.origins()) });
          expect(again.diagnostics).toEqual([]);
          expect(again.plan!.resolved).toEqual(plan.resolved);
          expect(again.plan!.stages.map(({ execution }) => execution)).toEqual(
            plan.stages.map(({ execution }) => execution),
          );
          sound++;
        }
      }),
      { numRuns: 200 },
    );
    expect(sound).toBeGreaterThan(10);
  });
});
