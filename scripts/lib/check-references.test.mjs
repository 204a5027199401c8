import { describe, expect, it } from 'vitest';
import { referenceProblems } from './check-references.mjs';

const packages = {
  'packages/core': { name: '@x/core' },
  'packages/data': { name: '@x/data', dependencies: { '@x/core': 'workspace:*', rxjs: '^7' } },
};
const check = (tsconfigs) =>
  referenceProblems({
    folders: Object.keys(packages),
    packageOf: (folder) => packages[folder],
    tsconfigOf: (folder) => tsconfigs[folder],
  });
const agreeing = {
  '.': { references: [{ path: 'packages/core' }, { path: './packages/data' }] },
  'packages/core': {},
  'packages/data': { references: [{ path: '../core' }] },
};

describe('the references check', () => {
  it('is content where tsconfig and package.json agree', () => {
    expect(check(agreeing)).toEqual([]);
  });

  it('names a reference that is missing and one too many', () => {
    expect(check({ ...agreeing, 'packages/core': { references: [{ path: '../data' }] }, 'packages/data': {} })).toEqual(
      [
        "packages/core/tsconfig.json: references packages/data, which package.json doesn't name",
        'packages/data/tsconfig.json: lacks a reference to packages/core, which package.json names',
      ],
    );
  });

  it('names a package that the root forgot', () => {
    expect(check({ ...agreeing, '.': { references: [{ path: 'packages/core' }] } })).toEqual([
      'tsconfig.json: lacks a reference to packages/data, which pnpm-workspace.yaml names',
    ]);
  });
});
