import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { head, one } from '../testing/fixtures/problem-cases.js';
import { pipelineFolder, placesOf } from '../testing/fixtures/pipeline-folder.js';
import type { LoadOptions } from './load-pipeline.js';

const { folder, check } = pipelineFolder();

describe('precedence', () => {
  /** Each layer, weakest first, by its value for the same option. */
  const layers = ['default', 'base', 'file', 'profile', 'second profile', 'matrix', 'environment', 'set'] as const;
  type Layer = (typeof layers)[number];
  const pairs = layers.flatMap((weak, index) => layers.slice(index + 1).map((strong) => ({ weak, strong })));
  const valueOf = (layer: Layer): number => layers.indexOf(layer) + 2;

  it.each(pairs)('$strong wins over $weak', async ({ weak, strong }) => {
    const has = (layer: Layer): boolean => layer === weak || layer === strong;
    const option = (layer: Layer): string =>
      has(layer) ? `stages: { b: { with: { by: ${String(valueOf(layer))} } } }\n` : '{}\n';
    const base = `${head}stages:\n  a: { uses: count, with: { to: 1 } }\n  b: { uses: scale, in: { numbers: a } }\n`;
    const own = has('file') ? option('file') : '';
    const profiles = `profiles:\n  one: ${option('profile')
      .trim()
      .replace(/^stages: (.*)$/, '{ stages: $1 }')}\n  two: ${option('second profile')
      .trim()
      .replace(/^stages: (.*)$/, '{ stages: $1 }')}\n`;
    const matrix = has('matrix') ? `matrix: { stages.b.with.by: [${String(valueOf('matrix'))}] }\n` : '';
    const options: Partial<LoadOptions> = {
      profiles: ['one', 'two'],
      environment: has('environment') ? { SLUICE__STAGES__B__WITH__BY: String(valueOf('environment')) } : {},
      set: has('set') ? [`stages.b.with.by=${String(valueOf('set'))}`] : [],
    };
    const { plan, diagnostics } = await check(
      {
        'bottom.yaml': base,
        'base.yaml': `extends: bottom.yaml\n${has('base') ? option('base') : ''}`,
        'p.yaml': `extends: base.yaml\n${own}${profiles}${matrix}`,
      },
      options,
    );
    expect(diagnostics).toEqual([]);
    expect(plan!.stages[1]!.options['by']).toBe(valueOf(strong));
  });
});

describe('a profile', () => {
  const file = `${head}${one}  b: { uses: scale, in: { numbers: a } }\nmatrix: { seed: [1, 2] }\nprofiles:\n  quick: { stages: { a: { with: { to: 1, root: here } }, b: null }, matrix: null }\n  slow: { seed: 7 }\n  none:\n`;

  it('is laid over the file only when it is chosen', async () => {
    expect((await check({ 'p.yaml': file })).points).toHaveLength(2);
    const { points, plan } = await check({ 'p.yaml': file }, { profiles: ['quick', 'slow', 'none'] });
    expect(points).toHaveLength(1);
    expect(plan).toMatchObject({ seed: 7, stages: [{ id: 'a', options: { to: 1, root: join(folder, 'here') } }] });
    expect(plan!.resolved).not.toHaveProperty('profiles');
  });

  it('is merged with the one of the same name in a file that is extended, where null still removes', async () => {
    const { plan } = await check(
      {
        'base.yaml': file,
        'p.yaml':
          'extends: base.yaml\nmatrix:\nprofiles: { quick: { seed: 5, stages: { a: { with: { root: null } } } } }\n',
      },
      { profiles: ['quick'] },
    );
    expect(plan!.seed).toBe(5);
    expect(plan!.stages).toHaveLength(1);
    expect(plan!.stages[0]!.options).toEqual({ to: 1, mode: 'plain' });
  });

  it('that is not there is refused with a suggestion', async () => {
    const { diagnostics } = await check({ 'p.yaml': file }, { profiles: ['qiuck'] });
    expect(diagnostics).toMatchObject([
      { code: 'unknown-profile', file: '--profile', column: 1, hint: 'did you mean "quick"?', source: 'qiuck' },
    ]);
  });

  it.each(['__proto__', 'constructor', 'toString', ''])('named %j is not there', async (name) => {
    const { diagnostics } = await check({ 'p.yaml': file }, { profiles: [name] });
    expect(diagnostics).toMatchObject([{ code: 'unknown-profile' }]);
  });

  const bad: readonly (readonly [text: string, places: readonly string[], chosen?: readonly string[]])[] = [
    ['profiles: 3', ['wrong-type p.yaml:5:11']],
    ['profiles: { q: [1] }', ['wrong-type p.yaml:5:16']],
    ['profiles: { q: { sede: 1 } }', ['unknown-key p.yaml:5:18']],
    ['profiles: { q: { extends: a.yaml, profiles: {} } }', ['unknown-key p.yaml:5:18', 'unknown-key p.yaml:5:35']],
    ['profiles: { "a b": { seed: 1 } }', ['bad-name p.yaml:5:13']],
    ['profiles: { q: { stages: { a: { with: { to: x } } } } }', ['wrong-type p.yaml:5:45'], ['q']],
    ['profiles: { q: { stages: { a: { wiht: {} } } } }', ['unknown-key p.yaml:5:33'], ['q']],
    ['profiles: { q: { seed: 1, __proto__: { polluted: 1 } } }', ['forbidden-key p.yaml:5:27']],
  ];
  it.each(bad.map(([text, places, chosen]) => ({ text, places, chosen: chosen ?? [] })))(
    'is refused where it is wrong: $text',
    async ({ text, places, chosen }) => {
      const { diagnostics } = await check({ 'p.yaml': `${head}${one}${text}\n` }, { profiles: chosen });
      expect(placesOf(diagnostics)).toEqual(places);
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    },
  );
});

describe('the environment', () => {
  const file = `${head}vars: { epoch-count: 3, my__var: 1, list: [1, { deep_er: 2 }], same-name: 1, same_name: 2 }\nstages:\n  a: { uses: count, with: { to: 3 } }\n  my-stage: { uses: scale, in: { numbers: a } }\n`;

  it('reaches what is there, whatever the case and the dashes, and adds options', async () => {
    const { plan, diagnostics } = await check(
      { 'p.yaml': file },
      {
        environment: {
          SLUICE__VARS__EPOCH_COUNT: '9',
          SLUICE__vars__my__var: '{ a: b }',
          SLUICE__VARS__LIST__1__DEEP_ER: '8',
          SLUICE__vars__same_name: 'x',
          SLUICE__SEED: '0x10',
          SLUICE__STAGES__MY_STAGE__WITH__FAIL_AT: '4',
          SLUICE__STAGES__MY_STAGE__WITH__NESTED: '{ name: n }',
          SLUICE__SERVICES__ENGINE: 'tfjs',
          SLUICE__NAME: undefined,
          SLUICE_CACHE_DIR: '/elsewhere',
          HOME: '/home',
        },
      },
    );
    expect(diagnostics).toEqual([]);
    expect(plan).toMatchObject({ name: 't', seed: 16, services: { engine: 'tfjs' } });
    expect(plan!.resolved['vars']).toEqual({
      'epoch-count': 9,
      my__var: { a: 'b' },
      list: [1, { deep_er: 8 }],
      'same-name': 1,
      same_name: 'x',
    });
    expect(plan!.stages[1]!.options).toMatchObject({ 'fail-at': 4, nested: { name: 'n', rate: 0.1 } });
  });

  it('takes paths from the working folder', async () => {
    const { plan } = await check(
      { 'sub/base.yaml': file, 'p.yaml': 'extends: sub/base.yaml\n' },
      { environment: { SLUICE__STAGES__A__WITH__ROOT: './data' } },
    );
    expect(plan!.stages[0]!.options['root']).toBe(join(folder, 'data'));
  });

  const bad: readonly (readonly [name: string, value: string, column: number, code: string, hint?: string])[] = [
    ['SLUICE__VARS__EPOCHCOUNT', '1', 15, 'unknown-override', 'did you mean "epoch-count"?'],
    ['SLUICE__VAR__EPOCH_COUNT', '1', 9, 'unknown-override', 'did you mean "vars"?'],
    ['SLUICE__STAGES__MY_STAGE__WTIH__BY', '1', 27, 'unknown-override', 'did you mean "with"?'],
    ['SLUICE__STAGES__MY_STAGE__WITH__BYE', '1', 33, 'unknown-option', 'did you mean "by"?'],
    ['SLUICE__STAGES__A__WITH__TO', 'many', 29, 'wrong-type'],
    ['SLUICE__STAGES__A__WITH__TO', '[1', 31, 'yaml-syntax'],
    ['SLUICE__VARS__SAME_NAME', '1', 15, 'bad-override', 'use --set, which tells them apart'],
    ['SLUICE__', '1', 9, 'bad-override', 'write SLUICE__path__to__key=value'],
    ['SLUICE__VARS__', '1', 15, 'bad-override'],
    ['SLUICE__VARS__EPOCH_COUNT__X', '1', 28, 'bad-override'],
    ['SLUICE__VARS__LIST__9', '1', 21, 'unknown-override'],
    ['SLUICE__EXTENDS', 'x.yaml', 9, 'unknown-override'],
    ['SLUICE__VARS____PROTO____POLLUTED', '1', 15, 'bad-override'],
    ['SLUICE__STAGES__A__WITH__CONSTRUCTOR__PROTOTYPE__POLLUTED', '1', 26, 'forbidden-key'],
    ['SLUICE__STAGES__A__WITH', '{ __proto__: { polluted: 1 } }', 27, 'forbidden-key'],
  ];
  it.each(bad.map(([name, value, column, code, hint]) => ({ name, value, column, code, hint })))(
    '$name=$value is refused with $code',
    async ({ name, value, column, code, hint }) => {
      const { diagnostics } = await check({ 'p.yaml': file }, { environment: { [name]: value } });
      expect(diagnostics).toMatchObject([
        { file: `environment ${name}`, line: 1, column, code, source: `${name}=${value}` },
      ]);
      if (hint !== undefined) expect(diagnostics[0]!.hint).toBe(hint);
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    },
  );
});
