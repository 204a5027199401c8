import { Type } from '@sinclair/typebox';
import { describe, expect, it } from 'vitest';
import { checkOptions } from './check-options.js';
import { resolvePaths } from './resolve-paths.js';

const schema = Type.Object({
  root: Type.String({ format: 'path' }),
  epochs: Type.Integer({ default: 3, minimum: 1 }),
  optimizer: Type.Object(
    {
      name: Type.Union([Type.Literal('adam'), Type.Literal('sgd')], { default: 'adam' }),
      lr: Type.Number({ default: 0.1 }),
    },
    { default: {} },
  ),
  size: Type.Optional(
    Type.Union([Type.Literal('auto'), Type.Integer({ minimum: 16 }), Type.Object({ width: Type.Integer() })]),
  ),
  files: Type.Optional(Type.Array(Type.String({ format: 'path' }))),
  named: Type.Optional(Type.Record(Type.String(), Type.String({ format: 'path' }))),
});

const problems = (options: unknown): readonly string[] =>
  checkOptions(schema, options).problems.map(({ message }) => message);

describe('checking options', () => {
  it('fills in defaults, nested ones too, and leaves its argument alone', () => {
    const options = { root: 'x' };
    expect(checkOptions(schema, options).value).toEqual({ root: 'x', epochs: 3, optimizer: { name: 'adam', lr: 0.1 } });
    expect(options).toEqual({ root: 'x' });
    // A default that is an object is a new one each time.
    const [first, second] = [checkOptions(schema, options).value, checkOptions(schema, options).value];
    expect(first['optimizer']).not.toBe(second['optimizer']);
  });

  it.each([
    [{}, ['required option "root" is missing']],
    [undefined, ['required option "root" is missing']],
    [{ root: 1 }, ['root must be text, not 1']],
    [{ root: 'x', epochs: 0 }, ['epochs must be >= 1, not 0']],
    [{ root: 'x', epochs: true }, ['epochs must be a whole number, not true']],
    [{ root: 'x', optimizer: { name: 'adma' } }, ['optimizer.name must be "adam" or "sgd", not "adma"']],
    [{ root: 'x', optimizer: [] }, ['optimizer must be a mapping, not a list']],
    [{ root: 'x', optimizer: { beta: 1 } }, ['unknown option "optimizer.beta"']],
    [{ root: 'x', size: 'big' }, ['size must be "auto", a whole number or a mapping, not "big"']],
    [{ root: 'x', size: 3 }, ['size must be "auto", a whole number from 16 or a mapping, not 3']],
    [{ root: 'x', files: ['a', 2] }, ['files.1 must be text, not 2']],
    [{ root: 'x', named: { a: null } }, ['named.a must be text, not null']],
    [
      { epochs: 'x', foo: 1 },
      ['required option "root" is missing', 'unknown option "foo"', 'epochs must be a whole number, not "x"'],
    ],
  ])('says of %j: %j', (options, expected) => {
    expect([...problems(options)].sort()).toEqual([...expected].sort());
  });

  it('shows a long value cut short', () => {
    expect(problems({ root: 'x', epochs: 'y'.repeat(500) })[0]!.length).toBeLessThan(120);
  });

  it('says what else could have been meant', () => {
    const [problem] = checkOptions(schema, { root: 'x', optimizer: { nmae: 'sgd' } }).problems;
    expect(problem).toMatchObject({ kind: 'unknown', path: ['optimizer', 'nmae'], candidates: ['name', 'lr'] });
  });
});

describe('paths in options', () => {
  it('are taken from the folder where they were written', () => {
    const options = { root: 'data', epochs: 3, files: ['a', '/b', '../c'], named: { d: 'd' } };
    const folderOf = (path: readonly string[]): string => (path[0] === 'files' ? '/work/lists' : '/work');
    expect(resolvePaths(schema, options, folderOf)).toEqual({
      root: '/work/data',
      epochs: 3,
      files: ['/work/lists/a', '/b', '/work/c'],
      named: { d: '/work/d' },
    });
  });
});
