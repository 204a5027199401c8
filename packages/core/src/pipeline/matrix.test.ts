import { describe, expect, it } from 'vitest';
import { head, one } from '../testing/fixtures/problem-cases.js';
import { pipelineFolder, placesOf } from '../testing/fixtures/pipeline-folder.js';
import { loadPipeline, loadPoints } from './load-pipeline.js';

const { check, options } = pipelineFolder();
const file = `${head}vars: { n: 3 }\nstages:\n  a: { uses: count, with: { to: "\${vars.n}" } }\n  b: { uses: scale, in: { numbers: a } }\n`;
const sweep = `${file}matrix:\n  vars.n: [1, 0x10]\n  stages.b.with.by: [1e-5, .5, 3]\n`;

describe('a matrix', () => {
  it('gives a point for each combination, in the order written', async () => {
    const { points, plan } = await check({ 'p.yaml': sweep });
    expect(points.map(({ name }) => name)).toEqual([
      'n=1,by=1e-5',
      'n=1,by=.5',
      'n=1,by=3',
      'n=0x10,by=1e-5',
      'n=0x10,by=.5',
      'n=0x10,by=3',
    ]);
    expect(points[4]).toMatchObject({
      values: { 'vars.n': 16, 'stages.b.with.by': 0.5 },
      plan: { stages: [{ options: { to: 16 } }, { options: { by: 0.5 } }] },
    });
    expect(points[4]!.plan.resolved).not.toHaveProperty('matrix');
    expect(plan).toBe(points[0]!.plan);
  });

  it('may vary whole blocks, with variables in them, and what is new below a stage', async () => {
    const { points } = await check({
      'p.yaml': `${file}matrix:\n  stages.b.with: [{ by: "\${vars.n}" }, ~]\n  stages.a.with.mode: [odd]\n  seed: [4]\n`,
    });
    expect(points.map(({ name }) => name)).toEqual(['with=1,mode=odd,seed=4', 'with=null,mode=odd,seed=4']);
    expect(points.map(({ plan }) => plan.stages[1]!.options['by'])).toEqual([3, 2]);
    expect(points[0]!.plan).toMatchObject({ seed: 4, stages: [{ options: { mode: 'odd' } }, {}] });
  });

  it('names points safely as folders, and each by its own name', async () => {
    const { points } = await check({
      'p.yaml': `${head}vars: { t: x }\n${one}  b: { uses: count, with: { to: 1 } }\nmatrix:\n  vars.t: ["../..", "a/b", "a:b", "A:B", "", "${'ü'.repeat(300)}", "${'z'.repeat(300)}"]\n  stages.a.with.to: [1]\n  stages.b.with.to: [1]\n`,
    });
    expect(points.map(({ name }) => name)).toEqual([
      't=..-..,stages.a.with.to=1,stages.b.with.to=1',
      't=a-b,stages.a.with.to=1,stages.b.with.to=1',
      't=a-b,stages.a.with.to=1,stages.b.with.to=1-2',
      't=A-B,stages.a.with.to=1,stages.b.with.to=1-3',
      't=,stages.a.with.to=1,stages.b.with.to=1',
      't=-,stages.a.with.to=1,stages.b.with.to=1',
      `t=${'z'.repeat(98)}`,
    ]);
  });

  it('of a file without one is a single point without a name', async () => {
    for (const more of ['', 'matrix:\n', 'matrix: {}\n']) {
      const { points } = await check({ 'p.yaml': file + more });
      expect(points).toMatchObject([{ name: '', values: {}, plan: { name: 't' } }]);
    }
  });

  it('leaves out what the environment or --set gives, and can be given itself', async () => {
    const pinned = await check(
      { 'p.yaml': sweep },
      { set: ['vars.n=7'], environment: { SLUICE__STAGES__B__WITH: '{ by: 9 }' } },
    );
    expect(pinned.points).toMatchObject([
      { name: '', plan: { stages: [{ options: { to: 7 } }, { options: { by: 9 } }] } },
    ]);
    const given = await check({ 'p.yaml': sweep }, { set: ['matrix={vars.n: [5, 6]}'] });
    expect(given.points.map(({ name }) => name)).toEqual(['n=5', 'n=6']);
    const off = await check({ 'p.yaml': sweep }, { set: ['matrix='] });
    expect(off.points.map(({ name }) => name)).toEqual(['']);
  });

  it('lets --set go deeper than an axis', async () => {
    const text = `${file}matrix:\n  stages.b.with: [{ by: 1 }, { by: 2, concurrency: 2 }]\n`;
    const { points } = await check({ 'p.yaml': text }, { set: ['stages.b.with.concurrency=4'] });
    expect(points.map(({ plan }) => plan.stages[1]!.options)).toMatchObject([
      { by: 1, concurrency: 4 },
      { by: 2, concurrency: 4 },
    ]);
  });

  it('is merged axis by axis with that of a file that is extended', async () => {
    const { points } = await check({
      'base.yaml': sweep,
      'p.yaml': 'extends: base.yaml\nmatrix: { stages.b.with.by: [8], vars.n: null, seed: [1, 2] }\n',
    });
    expect(points.map(({ name }) => name)).toEqual(['by=8,seed=1', 'by=8,seed=2']);
  });

  it('is refused by loadPipeline, unless it has one point; loadPoints takes all', async () => {
    await check({ 'p.yaml': sweep });
    await expect(loadPipeline('p.yaml', options)).rejects.toMatchObject({
      code: 'core/INVALID_PIPELINE',
      diagnostics: [
        {
          code: 'several-points',
          line: 7,
          column: 1,
          message: 'the matrix has 6 points, and one pipeline is needed here',
        },
      ],
    });
    expect(await loadPoints('p.yaml', options)).toHaveLength(6);
    const set = ['vars.n=1', 'stages.b.with.by=1'];
    expect(await loadPipeline('p.yaml', { ...options, set })).toMatchObject({ seed: 0 });
    await expect(loadPoints('p.yaml', { ...options, set: ['vars.m=1'] })).rejects.toMatchObject({
      diagnostics: [{ code: 'unknown-override' }],
    });
  });

  it('may have 1,000 points', async () => {
    const values = `[${Array.from({ length: 10 }, (_, i) => String(i + 1)).join(', ')}]`;
    const text = `${file}matrix: { seed: ${values}, vars.n: ${values}, stages.b.with.by: ${values} }\n`;
    expect((await check({ 'p.yaml': text })).points).toHaveLength(1000);
    expect((await check({ 'p.yaml': text.replace('[1, 2,', '[1, 2, 11,') })).diagnostics).toMatchObject([
      {
        code: 'too-many-points',
        line: 7,
        column: 1,
        message: 'the matrix has 1100 points; this pipeline may have 1000',
      },
    ]);
  });

  it('may have fewer of a large pipeline', async () => {
    const list = `[${Array.from({ length: 9_000 }, () => '0').join(', ')}]`;
    const text = `${head}vars: { n: 3, large: ${list} }\n${one}matrix: { vars.n: [${Array.from({ length: 300 }, (_, i) => String(i)).join(', ')}] }\n`;
    const { diagnostics } = await check({ 'p.yaml': text });
    expect(diagnostics).toMatchObject([{ code: 'too-many-points' }]);
  });

  const bad: readonly (readonly [title: string, matrix: string, places: readonly string[]])[] = [
    ['a list', 'matrix: [1]', ['bad-matrix p.yaml:7:9']],
    ['a value that is no list', 'matrix: { vars.n: 3 }', ['bad-matrix p.yaml:7:19']],
    ['an empty list', 'matrix: { vars.n: [] }', ['bad-matrix p.yaml:7:19']],
    ['a path with an empty name', 'matrix: { vars..n: [1] }', ['bad-override p.yaml:7:16']],
    ['a path that leads nowhere', 'matrix: { vars.m: [1, 2, 3] }', ['unknown-override p.yaml:7:16']],
    ['such a path in quotes', 'matrix: { "stages.c.with.to": [1] }', ['unknown-override p.yaml:7:19']],
    ['itself', 'matrix: { matrix: [1] }', ['bad-matrix p.yaml:7:11']],
    ['two axes for one value', 'matrix: { stages.b.with.by: [1], stages.b.with: [{}] }', ['bad-matrix p.yaml:7:34']],
    ['one value of several', 'matrix: { stages.b.with.by: [1, two, 3] }', ['wrong-type p.yaml:7:33']],
    [
      'all values',
      'matrix: { stages.b.with.by: [x, y], seed: [1, 2] }',
      ['wrong-type p.yaml:7:30', 'wrong-type p.yaml:7:33'],
    ],
    ['a value by way of a variable', 'matrix: { vars.n: [1, -2] }', ['wrong-value p.yaml:7:23']],
    ['a part of a value', 'matrix: { stages.b.with: [{ by: 1 }, { by: x }] }', ['wrong-type p.yaml:7:44']],
    ['an option of a value', 'matrix: { stages.b.with: [{ by: 1 }, { yb: 1 }] }', ['unknown-option p.yaml:7:40']],
    ['a stage type', 'matrix: { stages.b.uses: [scale, scal] }', ['unknown-stage-type p.yaml:7:34']],
    ['a name that reaches a prototype', 'matrix: { vars.__proto__.polluted: [1] }', ['forbidden-key p.yaml:7:16']],
    ['one in a value', 'matrix: { vars.n: [{ __proto__: { polluted: 1 } }] }', ['forbidden-key p.yaml:7:22']],
  ];
  it.each(bad.map(([title, matrix, places]) => ({ title, matrix, places })))(
    'is refused, once, where it is wrong: $title',
    async ({ matrix, places }) => {
      const { points, diagnostics } = await check({ 'p.yaml': `${file}${matrix}\n` });
      expect(points).toEqual([]);
      expect(placesOf(diagnostics)).toEqual(places);
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    },
  );

  it('says of a problem which is elsewhere, and not of all points, with what values it comes', async () => {
    const { diagnostics } = await check({
      'p.yaml': `${file}matrix: { stages.a.uses: [count, scale], seed: [1, 2] }\n`,
    });
    const [missing] = diagnostics.filter(({ code }) => code === 'missing-input');
    expect(missing).toMatchObject({ line: 5, column: 3 });
    expect(missing!.related).toEqual([
      { message: 'with stages.a.uses as here', file: 'p.yaml', line: 7, column: 34 },
      { message: 'with seed as here', file: 'p.yaml', line: 7, column: 49 },
    ]);
    const always = await check({ 'p.yaml': `${file}sede: 1\nmatrix: { seed: [1, 2] }\n` });
    expect(always.diagnostics).toMatchObject([{ code: 'unknown-key', line: 7 }]);
    expect(always.diagnostics[0]).not.toHaveProperty('related');
  });
});
