import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { numberStages } from '../testing/fixtures/number-stages.js';
import { head, one } from '../testing/fixtures/problem-cases.js';
import { checkPipeline } from './load-pipeline.js';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'sluice-hostile-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (path: string, content: string | Uint8Array): void => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
};

async function check(text: string | Uint8Array, set: readonly string[] = []): ReturnType<typeof checkPipeline> {
  write('p.yaml', text);
  return checkPipeline('p.yaml', { bundled: numberStages, cwd: folder, set });
}
const codes = async (text: string | Uint8Array, set?: readonly string[]): Promise<readonly string[]> =>
  (await check(text, set)).diagnostics.map(({ code }) => code);

/** Milliseconds of the processor: other programs do not count. */
async function processorTime(action: () => Promise<unknown>): Promise<number> {
  const start = process.cpuUsage();
  await action();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

describe('R3: a cycle', () => {
  const ring = (length: number): string => {
    const stage = (i: number): string =>
      `  s${String(i)}: { uses: scale, in: { numbers: s${String((i + length - 1) % length)} } }\n`;
    return `${head}stages:\n${Array.from({ length }, (_, i) => stage(i)).join('')}`;
  };

  it.each([
    [1, 's0 -> s0'],
    [2, 's0 -> s1 -> s0'],
    [10, 's0 -> s1 -> s2 -> s3 -> s4 -> s5 -> s6 -> s7 -> s8 -> s9 -> s0'],
    [
      20,
      's0 -> s1 -> s2 -> s3 -> s4 -> s5 -> s6 -> s7 -> s8 -> ... (3 more) -> s12 -> s13 -> s14 -> s15 -> s16 -> s17 -> s18 -> s19 -> s0',
    ],
    [
      1000,
      's0 -> s1 -> s2 -> s3 -> s4 -> s5 -> s6 -> s7 -> s8 -> ... (983 more) -> s992 -> s993 -> s994 -> s995 -> s996 -> s997 -> s998 -> s999 -> s0',
    ],
  ])('of %i stages is named from its first stage back to it', async (length, path) => {
    const { diagnostics } = await check(ring(length));
    expect(diagnostics).toMatchObject([{ code: 'cycle', message: `stages wait for each other: ${path}`, line: 4 }]);
  });

  it('is not seen where a feedback input closes it', async () => {
    const text = `${head}stages:\n  a: { uses: loop, in: { stop: b.verdicts } }\n  b: { uses: judge, in: { numbers: a } }\n`;
    expect(await codes(text)).toEqual([]);
  });
});

describe('R4: a file that is too much', () => {
  const stages = Buffer.from(one);
  const bomb = (levels: number): string => {
    const line = (i: number): string =>
      i === 0
        ? `  a0: &a0 [${Array(9).fill('x').join(', ')}]\n`
        : `  a${String(i)}: &a${String(i)} [${Array(9)
            .fill(`*a${String(i - 1)}`)
            .join(', ')}]\n`;
    return `${head}vars:\n${Array.from({ length: levels }, (_, i) => line(i)).join('')}${one}`;
  };
  const files: readonly (readonly [title: string, content: string | Uint8Array, codes: readonly string[]])[] = [
    ['an alias bomb', bomb(10), ['alias-bomb']],
    ['a chain of aliases that stays small', bomb(4), []],
    ['64 levels', `${head}vars: { a: ${'['.repeat(62)}${']'.repeat(62)} }\n${one}`, []],
    ['65 levels', `${head}vars: { a: ${'['.repeat(63)}${']'.repeat(63)} }\n${one}`, ['too-deep']],
    [
      '50,000 keys',
      `${head}vars:\n${Array.from({ length: 50_000 }, (_, i) => `  k${String(i)}: 1\n`).join('')}`,
      ['too-many-keys'],
    ],
    ['one byte more than a MiB', '#'.repeat(1024 * 1024 + 1), ['file-too-large']],
    ['a NUL', `${head}description: "a\0b"\n${one}`, ['bad-character']],
    ['a byte order mark', Buffer.concat([Buffer.from('\ufeff'), Buffer.from(head), stages]), []],
    ['Windows line ends', `${head}${one}`.replaceAll('\n', '\r\n'), []],
    ['a tab for indent', `${head}stages:\n\ta: { uses: loop }\n`, ['yaml-syntax']],
    ['tabs between values', `${head}stages:\n  a:\t{ uses:\tloop }\n`, []],
    ['two documents', `${head}${one}---\n${head}${one}`, ['multiple-documents']],
    ['nothing', '', ['empty-file']],
    ['Latin-1', Buffer.concat([Buffer.from(head), Buffer.from([0x23, 0xe9, 0x0a]), stages]), ['not-utf8']],
    ['UTF-16', Buffer.from(`\ufeff${head}${one}`, 'utf16le'), ['not-utf8']],
    ['an unsafe whole number', `${head}seed: 9007199254740993\n${one}`, ['unsafe-number']],
    ['the largest safe one', `${head}seed: 9007199254740991\n${one}`, []],
  ];

  it.each(files)('has %s', async (_title, content, expected) => {
    let found: readonly string[] = [];
    const milliseconds = await processorTime(async () => (found = await codes(content)));
    expect(found).toEqual(expected);
    expect(milliseconds).toBeLessThan(1000);
  });

  it('has 65, a thousand and a hundred thousand levels, four times in one process', async () => {
    for (let round = 0; round < 4; round++) {
      for (const depth of [65, 1000, 100_000]) {
        for (const opener of ['[', '{a: ', '- ']) {
          expect(await codes(`${head}vars:\n  ${opener.repeat(depth)}`)).toContain('too-deep');
        }
      }
    }
  });
});

describe('R5: pollution of the prototype', () => {
  const polluted = '{ polluted: 1 }';
  const stage = (rest: string): string => `${head}stages:\n  a: { uses: count, ${rest} }\n`;
  const routes: readonly (readonly [route: string, text: string, set?: readonly string[]])[] = [
    ['a key at the top', `${head}__proto__: ${polluted}\n${one}`],
    ['a key of a mapping', `${head}vars:\n  a:\n    __proto__: ${polluted}\n${one}`],
    ['a key in flow style', `${head}vars: { a: { "__proto__": ${polluted} } }\n${one}`],
    ['constructor and prototype', `${head}vars: { constructor: { prototype: ${polluted} } }\n${one}`],
    ['an escaped key', `${head}vars: { "\\u005f_proto__": ${polluted} }\n${one}`],
    ['an anchor and its alias', `${head}vars: { a: &x { __proto__: ${polluted} }, b: *x }\n${one}`],
    ['a merge key', `${head}vars: { a: &x ${polluted}, b: { <<: *x, __proto__: *x } }\n${one}`],
    [
      'the name of a variable',
      `${head}vars: { __proto__: ${polluted} }\n${stage('with: { to: "${vars.__proto__.polluted}" }').slice(head.length)}`,
    ],
    ['the path of --set', `${head}vars: { a: 1 }\n${one}`, ['vars.__proto__.polluted=1']],
    ['the path of --set through an option', `${head}${one}`, ['stages.a.with.constructor.prototype.polluted=1']],
    ['the value of --set', `${head}vars: { a: 1 }\n${one}`, [`vars.a={ __proto__: ${polluted} }`]],
    ['an object of options', stage(`with: { to: 1, __proto__: ${polluted} }`)],
    ['the name of a service', `${head}services: { __proto__: ${polluted} }\n${one}`],
    ['the id of a stage', `${head}stages: { __proto__: { uses: loop, polluted: 1 } }\n`],
    ['the name of an input', `${head}${one}  b: { uses: scale, in: { numbers: a, __proto__: ${polluted} } }\n`],
    ['an edge', `${head}${one}  b: { uses: scale, in: { numbers: __proto__.polluted } }\n`],
    ['a stage type', `${head}stages:\n  a: { uses: __proto__ }\n`],
    ['the choice of a service', `${head}services: { engine: __proto__ }\n${one}`],
  ];

  it.each(routes.map(([route, text, set]) => ({ route, text, set })))(
    'does not come through $route',
    async ({ text, set }) => {
      const { plan, diagnostics } = await check(text, set);
      expect(plan).toBeUndefined();
      expect(diagnostics.length).toBeGreaterThan(0);
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
      expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    },
  );
});
