import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Diagnostic } from './diagnostic.js';
import { toPlainValue, type PlainValue } from './located-node.js';
import { parseYaml } from './parse-yaml.js';
import { decodeSource } from './read-source.js';
import { renderDiagnostic } from './render-diagnostic.js';
import { SourceText } from './source-text.js';

interface Parsed {
  readonly value: PlainValue | undefined;
  readonly problems: readonly Diagnostic[];
  /** Of the processor: other programs do not count. */
  readonly milliseconds: number;
}

function parse(text: string): Parsed {
  const problems: Diagnostic[] = [];
  const start = process.cpuUsage();
  const node = parseYaml(new SourceText('p.yaml', '/', text), (problem) => problems.push(problem));
  const { user, system } = process.cpuUsage(start);
  const milliseconds = (user + system) / 1000;
  return { value: node === undefined ? undefined : toPlainValue(node), problems, milliseconds };
}

const codes = (text: string): readonly string[] => parse(text).problems.map(({ code }) => code);

describe('the YAML parser', () => {
  it('reads YAML 1.2 values', () => {
    const text = 'a: no\nb: 1e3\nc: 0o17\nd: 2001-01-01\ne: ~\nf: "x"\ng: |\n  x\n  y\nh: !!str 1\n';
    expect(parse(text).value).toEqual({
      a: 'no',
      b: 1000,
      c: 15,
      d: '2001-01-01',
      e: null,
      f: 'x',
      g: 'x\ny\n',
      h: '1',
    });
  });

  it('takes 64 levels and refuses 65, in flow and in blocks', () => {
    expect(codes(`a: ${'['.repeat(63)}${']'.repeat(63)}`)).toEqual([]);
    expect(codes(`a: ${'['.repeat(64)}${']'.repeat(64)}`)).toEqual(['too-deep']);
    const blocks = (depth: number): string => Array.from({ length: depth }, (_, i) => `${' '.repeat(i)}a:`).join('\n');
    expect(codes(blocks(64))).toEqual([]);
    expect(codes(blocks(65))).toEqual(['too-deep']);
  });

  it('refuses any depth without taking the process down, again and again', () => {
    for (const opener of ['[', '{a: ', '- ', '? ', ': ', '!!seq [', '&a [']) {
      for (const depth of [1_000, 5_000, 20_000, 100_000, 1_000, 100_000]) {
        const { problems, milliseconds } = parse(opener.repeat(depth));
        expect(problems.map(({ code }) => code)).toEqual(['too-deep']);
        expect(milliseconds).toBeLessThan(1000);
      }
    }
  });

  it('is not misled about depth by quotes, comments and block scalars', () => {
    const brackets = '['.repeat(100);
    expect(codes(`a: "${brackets}"\nb: '${brackets}'\nc: x${brackets}\nd: |\n  ${brackets}\n# ${brackets}\n`)).toEqual(
      [],
    );
    expect(codes(`a: "it's"\nb: ${brackets}`)).toEqual(['too-deep']);
    expect(codes(`a: it's\nb: ${brackets}`)).toEqual(['too-deep']);
  });

  it('refuses 50,000 keys in less than a second, and reads 10,000', () => {
    const keys = (count: number): string => Array.from({ length: count }, (_, i) => `k${String(i)}: 1`).join('\n');
    const refused = parse(keys(50_000));
    expect(refused.problems).toMatchObject([{ code: 'too-many-keys', line: 10_001 }]);
    expect(refused.milliseconds).toBeLessThan(1000);
    expect(Object.keys(parse(keys(10_000)).value as object)).toHaveLength(10_000);
  });

  it('refuses a long list of small things', () => {
    expect(codes(`a: [${'1,'.repeat(400_000)}]`)).toEqual(['too-large']);
  });

  it('refuses an alias bomb', () => {
    const lines = ['a: &a [x, x, x, x, x, x, x, x, x]'];
    for (const [index, name] of 'bcdefghij'.split('').entries()) {
      const before = 'abcdefghi'[index]!;
      lines.push(`${name}: &${name} [${Array(9).fill(`*${before}`).join(', ')}]`);
    }
    const { problems, milliseconds } = parse(lines.join('\n'));
    expect(problems.map(({ code }) => code)).toEqual(['alias-bomb']);
    expect(milliseconds).toBeLessThan(1000);
  });

  it('follows thousands of aliases in linear time', () => {
    const anchors = Array.from({ length: 4000 }, (_, i) => `a${String(i)}: &x${String(i)} 1`);
    const aliases = Array.from({ length: 4000 }, (_, i) => `b${String(i)}: *x${String(i)}`);
    const { value, milliseconds } = parse([...anchors, ...aliases].join('\n'));
    expect(Object.keys(value as object)).toHaveLength(8000);
    expect(milliseconds).toBeLessThan(2000);
  });

  it('never throws, and answers fast, on documents put together at random', () => {
    const part = fc.constantFrom(
      ...['a', 'stages', ': ', ':', '- ', '? ', '\n', '\n  ', '\n    ', '[', ']', '{', '}', ',', '"', "'", '#', ' #'],
      ...[
        '&a ',
        '*a',
        '!!str ',
        '!x ',
        '|',
        '>',
        '\t',
        '%',
        '---\n',
        '...\n',
        '<<',
        '__proto__',
        '${vars.a}',
        '1',
        '\r\n',
      ],
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
        const { value, problems, milliseconds } = parse(parts.join(''));
        expect(value === undefined).toBe(problems.length > 0);
        for (const problem of problems) renderDiagnostic(problem);
        expect(milliseconds).toBeLessThan(1000);
      }),
      { numRuns: 3000 },
    );
    expect(({} as Record<string, unknown>)['1']).toBeUndefined();
  });

  it('never throws on any text or bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const problems: Diagnostic[] = [];
        const source = decodeSource(bytes, 'p.yaml', '/', (problem) => problems.push(problem));
        expect(source === undefined).toBe(problems.length > 0);
        if (source !== undefined) parse(source.text);
      }),
      { numRuns: 1000 },
    );
  });

  it('gives every value of a document its exact place', () => {
    const word = fc.stringMatching(/^[a-z]{1,8}$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(word, word), { minLength: 1, maxLength: 10 }), fc.nat(3), (pairs, indent) => {
        const unique = [...new Map(pairs)];
        const source = new SourceText(
          'p',
          '/',
          unique.map(([key, value]) => `${' '.repeat(indent)}${key}: ${value}x`).join('\n'),
        );
        const node = parseYaml(source, () => undefined);
        if (node?.kind !== 'map') throw new Error('no map');
        for (const [index, [key, value]] of unique.entries()) {
          const entry = node.entries.get(key)!;
          expect(source.position(entry.key.start)).toEqual({ line: index + 1, column: indent + 1 });
          expect(source.position(entry.value.place.start)).toEqual({
            line: index + 1,
            column: indent + key.length + 3,
          });
          expect(source.text.slice(entry.value.place.start, entry.value.place.end)).toBe(`${value}x`);
        }
      }),
      { numRuns: 100 },
    );
  });
});
