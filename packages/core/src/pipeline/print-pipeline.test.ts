import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { head } from '../testing/fixtures/problem-cases.js';
import { pipelineFolder } from '../testing/fixtures/pipeline-folder.js';
import { interpolate } from './interpolate.js';
import { loadPipeline } from './load-pipeline.js';
import { toPlainValue } from './located-node.js';
import { parseYaml } from './parse-yaml.js';
import { printPipeline } from './print-pipeline.js';
import { SourceText } from './source-text.js';

const { folder, check, options } = pipelineFolder();

const files = {
  'base.yaml': `${head}vars: { n: 3, by: 2, text: "a\\nb" }\nstages:\n  a: { uses: count, with: { to: "\${vars.n}", root: data } }\n`,
  'p.yaml': `extends: base.yaml
profiles:
  quick: { vars: { n: 1 } }
stages:
  b:
    uses: each
    in: { numbers: a }
    with: { by: "\${vars.by}", nested: { name: "n-\${vars.n}-$\${x}" } }
    timeout: 5s
  c: { uses: describe, in: { numbers: [b] } }
tests:
  - { stage: c, expect: { texts: [] } }
`,
};
const layers = { profiles: ['quick'], environment: { SLUICE__VARS__BY: '7' }, set: ['stages.a.with.mode=odd'] };

describe('the resolved pipeline', () => {
  it('is printed with the origin of each scalar', async () => {
    const { plan } = await check(files, layers);
    expect(printPipeline(plan!.resolved, plan!.origins())).toBe(`sluice: 1 # base.yaml:1:9
name: t # base.yaml:2:7
vars:
  n: 1 # profile quick, p.yaml:3:23
  by: 7 # environment SLUICE__VARS__BY
  text: |- # base.yaml:3:28
    a
    b
stages:
  a:
    uses: count # base.yaml:5:14
    with:
      to: 1 # vars.n, profile quick, p.yaml:3:23
      root: ${join(folder, 'data')} # base.yaml:5:52
      mode: odd # --set
  b:
    uses: each # p.yaml:6:11
    in:
      numbers: a.numbers # p.yaml:7:20
    with:
      by: 7 # vars.by, environment SLUICE__VARS__BY
      nested:
        name: n-1-$\${x} # p.yaml:8:47 with vars.n
        rate: 0.1 # default of each
      concurrency: 1 # default of each
      wait: 0 # default of each
    timeout: 5s # p.yaml:9:14
  c:
    uses: describe # p.yaml:10:14
    in:
      numbers: b.numbers # p.yaml:10:40
    with: {}
tests:
  - stage: c # p.yaml:12:14
    expect:
      texts: []
seed: 0 # default
services:
  engine: onnxruntime # default
`);
  });

  it('says the same as data, with file, line and column', async () => {
    const { plan } = await check(files, layers);
    const origins = plan!.origins();
    const at = (path: string) => origins.find((each) => each.path === path);
    expect(at('stages.a.with.to')).toEqual({
      path: 'stages.a.with.to',
      value: 1,
      origin: 'vars.n, profile quick, p.yaml:3:23',
      file: 'p.yaml',
      line: 3,
      column: 23,
    });
    expect(at('stages.a.with.mode')).toEqual({ path: 'stages.a.with.mode', value: 'odd', origin: '--set' });
    expect(at('tests.0.stage')).toMatchObject({ line: 12, column: 14 });
  });

  it('runs again as it is, and resolves to itself', async () => {
    const { plan } = await check(files, layers);
    writeFileSync(join(folder, 'again.yaml'), printPipeline(plan!.resolved, plan!.origins()));
    const again = await loadPipeline('again.yaml', options);
    expect(again.resolved).toEqual(plan!.resolved);
    expect(again.stages).toEqual(plan!.stages);
    for (const key of ['extends', 'profiles', 'matrix']) expect(again.resolved).not.toHaveProperty(key);
  });

  it('says of the values of a sweep that they come from there', async () => {
    const { points } = await check({
      'p.yaml': `${head}stages: { a: { uses: count, with: { to: "\${vars.n}" } } }\nvars: { n: 1 }\nmatrix: { vars.n: [4, 5], stages.a.with.mode: [odd] }\n`,
    });
    const origins = points[1]!.plan.origins().filter(({ path }) => path.startsWith('stages.a.with'));
    expect(origins.map(({ origin }) => origin)).toEqual(['vars.n, matrix, p.yaml:5:23', 'matrix, p.yaml:5:48']);
  });

  it('reads back to the same values, whatever they are', () => {
    const scalar = fc.oneof(
      fc
        .string({ unit: 'binary', maxLength: 20 })
        .map((text) => text.replaceAll(/[\u0000-\u001f\u007f-\u009f\ud800-\udfff\ufeff\ufffe\uffff]/g, '')), // eslint-disable-line no-control-regex -- no YAML holds these
      fc.constantFrom(
        '${vars.x}',
        '$${',
        '$',
        'null',
        '~',
        'yes',
        '0x10',
        '1e3',
        '1_000',
        '.5',
        '- a',
        '# b',
        'a: b',
        '<<',
        ' x ',
        '',
        'a\n b\n',
        '*a',
        '&a',
        '!!str',
      ),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(1e21, 123456789012345680000, -(2 ** 60), 5e-324),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
    );
    const value = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 4, withCrossShrink: true }, scalar, tie('list'), tie('map')),
      list: fc.array(tie('value'), { maxLength: 4 }),
      map: fc.dictionary(fc.constantFrom('a', 'b: c', 'd e', '${f}', '1', 'null'), tie('value')),
    })).value;
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('x', 'y', 'z'), value, { minKeys: 1 }),
        fc.boolean(),
        (pipeline, commented) => {
          const origins = commented
            ? Array.from({ length: 200 }, () => ({ path: '', value: null, origin: 'odd\nname.yaml:1:2 # "x"' }))
            : [];
          const text = printPipeline(pipeline, origins);
          const node = parseYaml(new SourceText('printed', '/', text), (found) => expect(found).toBeUndefined())!;
          const back = toPlainValue(interpolate(node, (found) => expect(found).toBeUndefined()));
          expect(back).toEqual(pipeline);
        },
      ),
      { numRuns: 150 },
    );
  });
});
