import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { head } from '../testing/fixtures/problem-cases.js';
import { pipelineFolder, placesOf } from '../testing/fixtures/pipeline-folder.js';

const { check, folder } = pipelineFolder();
const file = (tests: string): string =>
  `${head}stages:\n  a: { uses: count, with: { to: 3 } }\n  b: { uses: scale, in: { numbers: a }, with: { by: 3 } }\ntests:\n${tests}\n`;

describe('a test of a stage', () => {
  it('is planned with its options checked, and the place of every item', async () => {
    const { plan, diagnostics } = await check({
      'p.yaml': file(`  - name: doubles
    stage: b
    given: { numbers: [1, -2] }
    expect: { numbers: [2, -4] }
    options: { by: 2 }
  - stage: a
    options: { root: data }
    expect:
      numbers: [1, 2, 3]
  - { stage: b, given: { numbers: [] }, expect: { numbers: [] } }`),
    });
    expect(diagnostics).toEqual([]);
    const at = (line: number, column: number) => ({ file: 'p.yaml', line, column });
    expect(plan!.tests).toMatchObject([
      {
        name: 'doubles',
        stage: 'b',
        place: at(7, 5),
        options: { by: 2, concurrency: 1 },
        given: {
          numbers: [
            { value: 1, place: at(9, 24) },
            { value: -2, place: at(9, 27) },
          ],
        },
        expect: { numbers: [{ value: 2, place: at(10, 25) }, { value: -4 }] },
      },
      { name: 'test 2 of a', options: { to: 3, root: join(folder, 'data') }, given: {} },
      { name: 'test 3 of b', options: { by: 3 }, given: { numbers: [] }, expect: { numbers: [] } },
    ]);
  });

  it('is none where there is no block, and may be in an empty one', async () => {
    expect((await check({ 'p.yaml': file('').replace('tests:\n', '') })).plan!.tests).toEqual([]);
    expect((await check({ 'p.yaml': file('') })).plan!.tests).toEqual([]);
  });

  const bad: readonly (readonly [test: string, places: readonly string[], hint?: string])[] = [
    ['{ stage: c, expect: { numbers: [] } }', ['unknown-stage p.yaml:7:14'], 'stages: a, b'],
    [
      '{ stage: b, given: { nubmers: [] }, expect: { numbers: [] } }',
      ['unknown-input p.yaml:7:26'],
      'did you mean "numbers"?',
    ],
    ['{ stage: b, expect: { number: [] } }', ['unknown-output p.yaml:7:27'], 'did you mean "numbers"?'],
    ['{ stage: b, expect: { numbers: 3 } }', ['wrong-type p.yaml:7:36']],
    ['{ stage: b, expect: {} }', ['wrong-value p.yaml:7:25']],
    ['{ stage: b }', ['missing-key p.yaml:7:5']],
    ['{ expect: { numbers: [] } }', ['missing-key p.yaml:7:5']],
    ['{ stage: b, expects: { numbers: [] } }', ['unknown-key p.yaml:7:17'], 'did you mean "expect"?'],
    ['{ stage: b, options: { yb: 1 }, expect: { numbers: [] } }', ['unknown-option p.yaml:7:28'], 'did you mean "by"?'],
    ['{ stage: b, options: { by: x }, expect: { numbers: [] } }', ['wrong-type p.yaml:7:32']],
    ['nothing', ['wrong-type p.yaml:7:5']],
    ['{ stage: b, given: { __proto__: [] }, expect: { numbers: [] } }', ['forbidden-key p.yaml:7:26']],
  ];
  it.each(bad.map(([test, places, hint]) => ({ test, places, hint })))(
    'is refused where it is wrong: $test',
    async ({ test, places, hint }) => {
      const { diagnostics } = await check({ 'p.yaml': file(`  - ${test}`) });
      expect(placesOf(diagnostics)).toEqual(places);
      if (hint !== undefined) expect(diagnostics[0]!.hint).toBe(hint);
    },
  );

  it('does not repeat what is wrong with the stage itself', async () => {
    const { diagnostics } = await check({
      'p.yaml': file('  - { stage: b, options: { concurrency: 2 }, expect: { numbers: [] } }').replace(
        'by: 3',
        'by: x',
      ),
    });
    expect(placesOf(diagnostics)).toEqual(['wrong-type p.yaml:5:53']);
  });
});
