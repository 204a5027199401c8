import { createHash } from 'node:crypto';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { head, one } from '../testing/fixtures/problem-cases.js';
import { pipelineFolder, placesOf } from '../testing/fixtures/pipeline-folder.js';
import { toPlainValue, type LocatedMap } from './located-node.js';
import { mergeOver } from './merge-nodes.js';
import { parseYaml } from './parse-yaml.js';
import { SourceText } from './source-text.js';

const { folder, check, write } = pipelineFolder();
const base = `${head}vars: { n: 3 }\nstages:\n  a: { uses: count, with: { to: 3, root: data } }\n  b: { uses: scale, in: { numbers: a }, with: { nested: { name: x, rate: 0.5 } } }\n`;

describe('extends', () => {
  it('lays the file over another: mappings merge deeply, other values replace', async () => {
    const { plan, diagnostics } = await check({
      'base.yaml': base,
      'p.yaml': 'extends: base.yaml\nname: u\nstages:\n  b: { with: { by: 5, nested: { rate: 0.9 } } }\n',
    });
    expect(diagnostics).toEqual([]);
    expect(plan).toMatchObject({ name: 'u', stages: [{ id: 'a' }, { id: 'b' }] });
    expect(plan!.stages[1]!.options).toMatchObject({ by: 5, nested: { name: 'x', rate: 0.9 } });
    expect(Object.keys(plan!.resolved)).not.toContain('extends');
  });

  it('takes a list, in which later files win, and the file itself over all', async () => {
    const { plan } = await check({
      'base.yaml': base,
      'x.yaml': 'stages: { a: { with: { to: 4, mode: odd } } }\n',
      'y.yaml': 'stages: { a: { with: { to: 5 } } }\nseed: 8\n',
      'p.yaml': 'extends: [base.yaml, ./x.yaml, y.yaml]\nseed: 9\n',
    });
    expect(plan).toMatchObject({ seed: 9, stages: [{ options: { to: 5, mode: 'odd' } }, {}] });
  });

  it('removes with null what is inherited: an option, a stage, a block', async () => {
    const { plan } = await check({
      'base.yaml': base,
      'p.yaml': 'extends: base.yaml\nvars:\nstages: { a: { with: { root: null } }, b: ~ }\n',
    });
    expect(plan!.stages).toMatchObject([{ id: 'a', options: { to: 3, mode: 'plain' } }]);
    expect(plan!.stages[0]!.options).not.toHaveProperty('root');
    expect(plan!.resolved).not.toHaveProperty('vars');
  });

  it('leaves null its meaning where nothing is inherited', async () => {
    const { plan } = await check({ 'base.yaml': base, 'p.yaml': 'extends: base.yaml\nvars: { none: null }\n' });
    expect(plan!.resolved['vars']).toEqual({ n: 3, none: null });
  });

  it('takes paths from the folder of the file in which they are written', async () => {
    const { plan } = await check({
      'deep/base.yaml': base,
      'deep/er/middle.yaml': 'extends: ../base.yaml\n',
      'p.yaml': 'extends: deep/er/middle.yaml\nstages: { c: { uses: count, with: { to: 1, root: data } } }\n',
    });
    expect(plan!.stages[0]!.options['root']).toBe(join(folder, 'deep/data'));
    expect(plan!.stages[2]!.options['root']).toBe(join(folder, 'data'));
  });

  it('may be absolute, and may name a file twice by different ways', async () => {
    const { plan } = await check({
      'base.yaml': base,
      'x.yaml': 'extends: base.yaml\n',
      'y.yaml': `extends: ${join(folder, 'base.yaml')}\nseed: 5\n`,
      'p.yaml': 'extends: [x.yaml, y.yaml]\n',
    });
    expect(plan!.seed).toBe(5);
  });

  it('lets a digest cover all files; that of one file is its own', async () => {
    const digest = async (files: Record<string, string>): Promise<string> => (await check(files)).plan!.digest;
    const alone = await digest({ 'p.yaml': base });
    expect(alone).toBe(createHash('sha256').update(base).digest('hex'));
    const extended = await digest({ 'base.yaml': base, 'p.yaml': 'extends: base.yaml\n' });
    expect(await digest({ 'base.yaml': base })).toBe(extended);
    expect(await digest({ 'base.yaml': `${base}# changed\n` })).not.toBe(extended);
  });

  it('reports a problem where it stands, in either file, and both at once', async () => {
    const { diagnostics } = await check({
      'base.yaml': `${head}stages:\n  a: { uses: cuont }\n  b: { uses: count, with: { to: x } }\n`,
      'p.yaml': 'extends: base.yaml\nsede: 1\nstages:\n  c: { uses: count, with: { to: y } }\n',
    });
    expect(placesOf(diagnostics)).toEqual([
      'unknown-stage-type base.yaml:4:14',
      'wrong-type base.yaml:5:33',
      'unknown-key p.yaml:2:1',
      'wrong-type p.yaml:4:33',
    ]);
  });

  const refused: readonly (readonly [title: string, text: string, place: string, message?: RegExp | string])[] = [
    [
      'a file that is not there',
      'extends: nowhere.yaml',
      'file-not-found p.yaml:1:10',
      'there is no file nowhere.yaml',
    ],
    ['one of several', 'extends:\n  - good.yaml\n  - no.yaml', 'file-not-found p.yaml:3:5'],
    [
      'a number',
      'extends: 3',
      'bad-extends p.yaml:1:10',
      /takes the path of a pipeline file, or a list of them, not 3/,
    ],
    ['nothing', 'extends:', 'bad-extends p.yaml:1:1', /not empty/],
    ['an empty text', 'extends: ""', 'bad-extends p.yaml:1:10', /not an empty text/],
    ['a mapping in a list', 'extends: [{ a: b }]', 'bad-extends p.yaml:1:11', /not a mapping/],
    ['a URL', 'extends: https://example.org/a.yaml', 'bad-extends p.yaml:1:10', /reads no URL/],
    ['a file that is no YAML', 'extends: /etc/passwd', 'bad-extends p.yaml:1:10', /\.yaml or \.yml only/],
    ['a folder', 'extends: folder.yaml', 'file-unreadable p.yaml:1:10', /not a regular file/],
    ['a device', 'extends: device.yaml', 'file-unreadable p.yaml:1:10', /not a regular file/],
    ['the file itself', 'extends: ./p.yaml', 'extends-cycle p.yaml:1:10', 'files extend each other: p.yaml -> p.yaml'],
    [
      'a cycle',
      'extends: one.yaml',
      'extends-cycle two.yaml:1:10',
      'files extend each other: one.yaml -> two.yaml -> one.yaml',
    ],
    ['a list as base', 'extends: list.yaml', 'wrong-type list.yaml:1:1', 'a pipeline file must be a mapping'],
    ['another version', 'extends: old.yaml', 'unsupported-version old.yaml:1:9'],
    ['an empty base', 'extends: empty.yaml', 'empty-file empty.yaml:1:1'],
    ['a base that is too large', 'extends: large.yaml', 'file-too-large p.yaml:1:10'],
    ['a base that is not UTF-8', 'extends: binary.yaml', 'not-utf8 binary.yaml:1:8'],
    ['__proto__ in a base', 'extends: proto.yaml', 'forbidden-key proto.yaml:1:9'],
    ['depth 17', 'extends: d1.yaml', 'bad-extends d16.yaml:1:10', /more than 16 levels deep/],
    [
      '33 files',
      `extends: [${Array.from({ length: 32 }, (_, i) => `f${String(i)}.yaml`).join(', ')}]`,
      'bad-extends p.yaml:1:311',
      /more than 32 files/,
    ],
  ];
  it.each(refused.map(([title, text, place, message]) => ({ title, text, place, message })))(
    'refuses $title at its place',
    async ({ text, place, message }) => {
      mkdirSync(join(folder, 'folder.yaml'), { recursive: true });
      try {
        symlinkSync('/dev/zero', join(folder, 'device.yaml'));
      } catch {
        // It is there from the test before.
      }
      const chain = Array.from({ length: 17 }, (_, i) => [
        `d${String(i + 1)}.yaml`,
        `extends: d${String(i + 2)}.yaml\n`,
      ]);
      const many = Array.from({ length: 32 }, (_, i) => [`f${String(i)}.yaml`, `seed: ${String(i)}\n`]);
      write({
        ...(Object.fromEntries([...chain, ...many]) as Record<string, string>),
        'good.yaml': base,
        'one.yaml': 'extends: two.yaml\n',
        'two.yaml': 'extends: one.yaml\n',
        'list.yaml': '- a\n',
        'old.yaml': 'sluice: 0\n',
        'empty.yaml': '\n',
        'large.yaml': ' '.repeat(1024 * 1024 + 1),
        'binary.yaml': Uint8Array.from([...Buffer.from('name: a'), 0xff]),
        'proto.yaml': 'vars: { __proto__: { polluted: 1 } }\n',
      });
      const { plan, diagnostics } = await check({ 'p.yaml': `${text}\n${head}${one}` });
      expect(plan).toBeUndefined();
      expect(placesOf(diagnostics)).toEqual([place]);
      if (message !== undefined) expect(diagnostics[0]!.message).toMatch(message);
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    },
  );

  it('reads a diamond of 15 levels, each file once', async () => {
    const files = Array.from({ length: 15 }, (_, i): [string, string] => [
      `level${String(i)}.yaml`,
      i === 14 ? base : `extends: [level${String(i + 1)}.yaml, level${String(i + 1)}.yaml]\n`,
    ]);
    const { plan } = await check({ ...Object.fromEntries(files), 'p.yaml': 'extends: level0.yaml\n' });
    expect(plan!.stages).toHaveLength(2);
  });
});

describe('merging', () => {
  const located = (value: unknown): LocatedMap =>
    parseYaml(new SourceText('t', '/', JSON.stringify(value)), (found) => expect(found).toBeUndefined()) as LocatedMap;
  const plainMerge = (base: Record<string, unknown>, over: Record<string, unknown>): Record<string, unknown> => {
    const result = new Map(Object.entries(base));
    const isMap = (value: unknown): value is Record<string, unknown> =>
      typeof value === 'object' && value !== null && !Array.isArray(value);
    for (const [key, value] of Object.entries(over)) {
      const old = result.get(key);
      if (value === null && result.has(key)) result.delete(key);
      else result.set(key, isMap(old) && isMap(value) ? plainMerge(old, value) : value);
    }
    return Object.fromEntries(result);
  };
  const tree = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 4 }, fc.constantFrom(null, 1, 'x', true, []), tie('map')),
    map: fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value')),
  })).map;

  it('does what merging plain values would', () => {
    fc.assert(
      fc.property(tree, tree, (a, b) => {
        expect(toPlainValue(mergeOver(located(a), located(b)))).toEqual(plainMerge(a, b));
      }),
    );
  });
});
