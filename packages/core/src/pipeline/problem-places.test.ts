import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { numberStages } from '../testing/fixtures/number-stages.js';
import { contractCases } from '../testing/fixtures/problems/contract-cases.js';
import { typoCases } from '../testing/fixtures/problems/typo-cases.js';
import { composeSchema } from './compose-schema.js';
import { checkPipeline } from './load-pipeline.js';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'sluice-places-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const never = (): Promise<never> => Promise.reject(new Error('never loaded'));
const services = { engine: { onnxruntime: never, tfjs: never } };

async function check(text: string): ReturnType<typeof checkPipeline> {
  writeFileSync(join(folder, 'p.yaml'), text);
  return checkPipeline('p.yaml', { bundled: numberStages, services, cwd: folder });
}

/** Line and column of an offset, counted in the plainest way. */
function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

let schema: ReturnType<typeof schemaOf> | undefined;
/** The schema that editors get of the same stages; edges and variables are beyond it. */
const schemaOf = async () => {
  const stages = await Promise.all(
    Object.entries(numberStages).map(async ([uses, entry]) => {
      return { uses, definition: await (typeof entry === 'function' ? entry() : entry.load()) };
    }),
  );
  const ajv = new Ajv({ strict: false });
  ajv.addFormat('path', true);
  return ajv.compile(composeSchema(stages, { engine: ['onnxruntime', 'tfjs'] }));
};
const beyondSchema = new Set(['unknown-stage', 'unknown-output', 'unknown-variable']);

describe('R1: a typo', () => {
  const cases = typoCases.map(([code, marked]) => {
    const [all = '', right = '', typo = ''] =
      /\{((?:\$\{[^}]*\}|[^{}|])*)\|((?:\$\{[^}]*\}|[^{}|])*)\}/.exec(marked) ?? [];
    const [before, after] = [marked.slice(0, marked.indexOf(all)), marked.slice(marked.indexOf(all) + all.length)];
    return { code, right, typo, sound: before + right + after, broken: before + typo + after, offset: before.length };
  });

  it('is tried out in at least forty places', () => {
    expect(cases.length).toBeGreaterThanOrEqual(40);
    expect(new Set(cases.map(({ broken }) => broken)).size).toBe(cases.length);
  });

  it.each(cases)(
    '$typo for $right gives $code at its place, with the right word',
    async ({ code, right, sound, broken, offset }) => {
      expect((await check(sound)).diagnostics).toEqual([]);
      const word = /\.([^.}]+)\}$/.exec(right)?.[1] ?? right;
      const { diagnostics } = await check(broken);
      expect(diagnostics).toMatchObject([{ code, ...placeOf(broken, offset), hint: `did you mean "${word}"?` }]);
    },
  );

  it.each(cases)(
    '$typo for $right is refused by the schema, too, where it can see it',
    async ({ code, sound, broken }) => {
      const validate = await (schema ??= schemaOf());
      validate(parse(sound));
      expect(validate.errors ?? []).toEqual([]);
      expect(validate(parse(broken))).toBe(beyondSchema.has(code));
    },
  );
});

describe('R2: ports of different contracts', () => {
  const cases = contractCases.map(([title, marked, to, from]) => {
    const text = marked.replace('|>', '').replace('<|', '');
    const offset = (mark: string, other: string): number => marked.replace(other, '').indexOf(mark);
    return { title, text, to, from, edge: offset('|>', '<|'), end: offset('<|', '|>') };
  });

  it('are tried out in at least twenty forms', () => {
    expect(cases.length).toBeGreaterThanOrEqual(20);
    expect(new Set(cases.map(({ text }) => text)).size).toBe(cases.length);
  });

  it.each(cases)('are named with both ends and both places: $title', async ({ text, to, from, edge, end }) => {
    const [first, ...others] = (await check(text)).diagnostics;
    expect(others).toEqual([]);
    expect(first).toMatchObject({ code: 'contract-mismatch', message: `${to}, but ${from}`, ...placeOf(text, edge) });
    expect(first!.related).toMatchObject([placeOf(text, end)]);
  });
});
