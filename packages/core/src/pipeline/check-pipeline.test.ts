import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { numberStages } from '../testing/fixtures/number-stages.js';
import { checkPipeline, loadPipeline, type LoadOptions } from './load-pipeline.js';
import { problemCodes } from './problem.js';
import { head, one, problemCases } from '../testing/fixtures/problem-cases.js';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'sluice-check-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const services: NonNullable<LoadOptions['services']> = {
  engine: {
    onnxruntime: () => Promise.reject(new Error('never loaded')),
    tfjs: () => Promise.reject(new Error('never')),
  },
};

async function check(text: string | Uint8Array, set: readonly string[] = []): ReturnType<typeof checkPipeline> {
  writeFileSync(join(folder, 'p.yaml'), text);
  return checkPipeline('p.yaml', { bundled: numberStages, services, cwd: folder, set });
}

function unmarked(text: string): { readonly bare: string; readonly places: readonly string[] } {
  const places: string[] = [];
  const bare = text.split('|>').reduce((before, part) => {
    const column = before.length - before.lastIndexOf('\n');
    places.push(`${String(before.split('\n').length)}:${String(column)}`);
    return before + part;
  });
  return { bare, places };
}

describe('a problem of a pipeline file', () => {
  it.each(
    problemCases.map((each) => ({
      title: each[0],
      text: each[1],
      expected: each.slice(2) as readonly (readonly (string | undefined)[])[],
    })),
  )('is found at its place: $title', async ({ text, expected }) => {
    const { bare, places } = unmarked(text);
    const { plan, diagnostics } = await check(bare);
    expect(plan).toBeUndefined();
    expect(diagnostics.map(({ code, line, column }) => `${code} ${String(line)}:${String(column)}`)).toEqual(
      expected.map(([code], index) => `${code ?? ''} ${places[index] ?? ''}`),
    );
    for (const [index, [, message, hint]] of expected.entries()) {
      if (message !== undefined) expect(diagnostics[index]!.message).toBe(message);
      if (hint !== undefined) expect(diagnostics[index]!.hint).toBe(hint);
    }
  });

  it('has the same place with Windows line ends, and with a byte order mark', async () => {
    const text = `${head}stages:\n  a: { uses: cuont }\n`;
    const [plain] = (await check(text)).diagnostics;
    for (const same of [text.replaceAll('\n', '\r\n'), `\ufeff${text}`]) {
      expect((await check(same)).diagnostics).toEqual([plain]);
    }
  });

  it('names both ends of an edge and both their places', async () => {
    const { diagnostics } = await check(
      `${head}${one}  b: { uses: describe, in: { numbers: a } }\n  c: { uses: scale, in: { numbers: b.texts } }\n`,
    );
    expect(diagnostics[0]!.related).toEqual([
      { message: '"b" (describe) gives Text here', file: 'p.yaml', line: 5, column: 14 },
    ]);
  });

  it('points at the variable that a wrong value comes from', async () => {
    const { diagnostics } = await check(
      `${head}vars:\n  n: three\nstages:\n  a: { uses: count, with: { to: "\${vars.n}" } }\n`,
    );
    expect(diagnostics[0]!.related).toMatchObject([{ line: 4, column: 6 }]);
  });

  it('is reported together with all the others, in order', async () => {
    const { diagnostics } = await check(
      `${head}foo: 1\nstages:\n  a: { uses: cuont }\n  b: { uses: scale, in: { numbers: x }, with: { by: two } }\n  c: { uses: scale }\n`,
    );
    expect(diagnostics.map(({ code }) => code)).toEqual([
      'unknown-key',
      'unknown-stage-type',
      'unknown-stage',
      'wrong-type',
      'missing-input',
    ]);
  });

  it('is thrown by loadPipeline with everything in the message', async () => {
    writeFileSync(join(folder, 'p.yaml'), `${head}stages:\n  a: { uses: cuont }\n`);
    const loading = loadPipeline('p.yaml', { bundled: numberStages, cwd: folder });
    await expect(loading).rejects.toMatchObject({
      code: 'core/INVALID_PIPELINE',
      message:
        'p.yaml:4:14 unknown-stage-type there is no stage type "cuont"\n    a: { uses: cuont }\n               ^^^^^\n  did you mean "count"?',
    });
  });

  it('of a cycle of a thousand stages is found and shortened', async () => {
    const stages = Array.from(
      { length: 1000 },
      (_, i) => `  s${String(i)}: { uses: scale, in: { numbers: s${String((i + 999) % 1000)} } }`,
    );
    const { diagnostics } = await check(`${head}stages:\n${stages.join('\n')}\n`);
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]!.message).toMatch(/^stages wait for each other: s0 -> s1 .*\(983 more\).* -> s999 -> s0$/);
  });

  it('has a code of which there is a test', () => {
    const elsewhere = [
      'file-not-found',
      'file-unreadable',
      'file-too-large',
      'not-utf8',
      'empty-file',
      'too-deep',
      'too-many-keys',
      'too-large',
      'alias-bomb',
      'bad-override',
      'unknown-override',
      'variable-bomb',
      'stage-not-installed',
      'bad-stage-package',
      'bad-extends',
      'extends-cycle',
      'unknown-profile',
      'bad-matrix',
      'too-many-points',
      'several-points',
      'not-item-wise',
      // services/service-package.test.ts
      'relative-service',
      'service-not-allowed',
      'service-not-installed',
      'bad-service-package',
      'wrong-service',
      'no-service-options',
      // pipelines: cli/models-command.test.ts
      'not-here',
    ];
    const tested = new Set([
      ...problemCases.flatMap((each) => each.slice(2).map((expected) => expected[0])),
      ...elsewhere,
    ]);
    expect(problemCodes.filter((code) => !tested.has(code))).toEqual([]);
  });
});

describe('a sound pipeline file', () => {
  it('is planned in topological order with defaults filled in and paths absolute', async () => {
    const { plan, diagnostics } = await check(
      `${head}stages:\n  b: { uses: scale, in: { numbers: a } }\n  a: { uses: count, with: { to: 2, root: ./data } }\n`,
    );
    expect(diagnostics).toEqual([]);
    expect(plan!.stages).toMatchObject([
      { id: 'a', options: { to: 2, mode: 'plain', root: join(folder, 'data') }, inputs: {} },
      { id: 'b', options: { by: 2, concurrency: 1, wait: 0 }, inputs: { numbers: [{ stage: 'a', port: 'numbers' }] } },
    ]);
    expect(plan!.services).toEqual({ engine: 'onnxruntime' });
    expect(plan!.resolved).toMatchObject({ seed: 0, stages: { b: { in: { numbers: 'a.numbers' }, with: { by: 2 } } } });
  });

  it('may close a loop through a feedback input', async () => {
    const { plan } = await check(
      `${head}stages:\n  loop: { uses: loop, in: { stop: judge.verdicts } }\n  judge: { uses: judge, in: { numbers: loop } }\n`,
    );
    expect(plan!.stages.map(({ id }) => id)).toEqual(['loop', 'judge']);
  });

  it('may leave blocks empty', async () => {
    const { plan } = await check(`${head}vars:\nservices:\nstages:\n  l:\n    uses: loop\n    in:\n    with:\n`);
    expect(plan).toBeDefined();
  });

  it('may merge several outputs into one input', async () => {
    const { plan } = await check(
      `${head}${one}  b: { uses: count, with: { to: 1 } }\n  c: { uses: scale, in: { numbers: [a, b] } }\n`,
    );
    expect(plan!.stages[2]!.inputs).toEqual({
      numbers: [
        { stage: 'a', port: 'numbers' },
        { stage: 'b', port: 'numbers' },
      ],
    });
  });

  it('keeps the type of a variable that stands alone, and writes it out inside text', async () => {
    const { plan } = await check(
      `${head}vars: { n: 3, half: 0.5, on: "\${vars.n}", deep: { list: [1, "\${vars.n}"] } }\nstages:\n  a: { uses: count, with: { to: "\${vars.deep.list}", root: "./d-\${vars.n}-\${vars.half}-$\${x}" } }\n`.replace(
        'vars.deep.list',
        'vars.on',
      ),
    );
    expect(plan!.stages[0]!.options).toMatchObject({ to: 3, root: join(folder, 'd-3-0.5-${x}') });
    expect(plan!.resolved['vars']).toEqual({ n: 3, half: 0.5, on: 3, deep: { list: [1, 3] } });
  });

  it('may use anchors and aliases for whole values', async () => {
    const { plan } = await check(
      `${head}stages:\n  a: { uses: count, with: &o { to: 2 } }\n  b: { uses: count, with: *o }\n`,
    );
    expect(plan!.stages[1]!.options).toMatchObject({ to: 2 });
  });
});

describe('--set', () => {
  const file = `${head}vars: { n: 3 }\nstages:\n  a: { uses: count, with: { to: "\${vars.n}", root: ./data } }\n`;

  it('replaces values and adds options, inputs and services', async () => {
    const { plan } = await check(file, [
      'vars.n=9',
      'seed=4',
      'name=u',
      'stages.a.with.mode=odd',
      'services.engine=tfjs',
      'stages.a.with={to: 8}',
      'stages.a.with.mode=odd',
    ]);
    expect(plan).toMatchObject({ name: 'u', seed: 4, services: { engine: 'tfjs' } });
    expect(plan!.stages[0]!.options).toEqual({ to: 8, mode: 'odd' });
  });

  it('takes a value as YAML does, with "=" in it, too', async () => {
    const { plan } = await check(file, ['vars.n=0x10', 'stages.a.with.root="a=b"']);
    expect(plan!.stages[0]!.options).toMatchObject({ to: 16, root: join(folder, 'a=b') });
  });

  const bad: readonly (readonly [set: string, column: number, code: string, hint?: string])[] = [
    ['foo', 1, 'bad-override', 'write --set path.to.key=value'],
    ['=3', 1, 'bad-override'],
    ['a..b=1', 3, 'bad-override'],
    ['vars.n.x=1', 8, 'bad-override'],
    ['sed=4', 1, 'unknown-override', 'did you mean "seed"?'],
    ['vars.m=9', 6, 'unknown-override', 'there are: n'],
    ['stages.b.with.to=1', 8, 'unknown-override', 'there are: a'],
    ['stages.a.wiht.to=1', 10, 'unknown-override', 'did you mean "with"?'],
    ['vars.__proto__.polluted=1', 6, 'forbidden-key'],
    ['constructor.prototype.polluted=1', 1, 'forbidden-key'],
    ['stages.a.with.__proto__=1', 15, 'forbidden-key'],
    ['vars.n={__proto__: 1}', 9, 'forbidden-key'],
    ['vars.n=[1', 10, 'yaml-syntax'],
    ['vars.n=!!js/function x', 8, 'unknown-tag'],
    ['stages.a.with.mod=odd', 15, 'unknown-option', 'did you mean "mode"?'],
    ['stages.a.with.to=x', 18, 'wrong-type'],
    ['stages.a.uses=cuont', 15, 'unknown-stage-type', 'did you mean "count"?'],
    ['services.engin=x', 10, 'unknown-service'],
  ];
  it.each(bad.map(([set, column, code, hint]) => ({ set, column, code, hint })))(
    '$set is refused at column $column with $code',
    async ({ set, column, code, hint }) => {
      const { diagnostics } = await check(file, [set]);
      expect(diagnostics).toMatchObject([{ file: '--set', line: 1, column, code, source: set }]);
      if (hint !== undefined) expect(diagnostics[0]!.hint).toBe(hint);
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    },
  );
});
