import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { numberStages } from '../testing/fixtures/number-stages.js';
import { contractCases } from '../testing/fixtures/problems/contract-cases.js';
import { typoCases } from '../testing/fixtures/problems/typo-cases.js';
import { head, one, problemCases } from '../testing/fixtures/problem-cases.js';
import { checkPipeline } from './load-pipeline.js';
import { renderDiagnostics } from './render-diagnostic.js';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'sluice-fuzz-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function check(text: string): ReturnType<typeof checkPipeline> {
  writeFileSync(join(folder, 'p.yaml'), text);
  return checkPipeline('p.yaml', { bundled: numberStages, cwd: folder });
}

/** Milliseconds of the processor: other programs do not count. */
async function processorTime(action: () => Promise<unknown>): Promise<number> {
  const start = process.cpuUsage();
  await action();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

/** The long form, `SLUICE_LONG=1 npx vitest run packages/core/src/pipeline/fuzz-documents.test.ts`, takes minutes. */
const isLong = process.env['SLUICE_LONG'] === '1';

describe('R6: generated and mutated documents', () => {
  const seeds = [
    ...problemCases.map(([, text]) => text),
    ...typoCases.map(([, text]) => text),
    ...contractCases.map(([, text]) => text),
  ];
  const token = fc.constantFrom(
    ...[
      'sluice',
      'name',
      'stages',
      'uses',
      'with',
      'in',
      'vars',
      'services',
      'seed',
      'count',
      'scale',
      'a.numbers',
      '3',
      '-1',
    ],
    ...[
      '\n',
      '\n  ',
      '\n    ',
      ': ',
      ':',
      ', ',
      '{',
      '}',
      '[',
      ']',
      '- ',
      '"',
      "'",
      '#',
      '&x ',
      '*x',
      '|',
      '>',
      '? ',
      '---\n',
    ],
    ...[
      '${vars.a}',
      '${',
      '$${',
      '__proto__',
      '<<: ',
      '~',
      'null',
      '.inf',
      '1e999',
      '\t',
      '\r\n',
      '\u00e9',
      '\ud800',
      '\u{1f600}',
      '\0',
      '%YAML',
      '!!js ',
    ],
  );
  const mutation = fc.record({ at: fc.nat(), length: fc.nat(12), insert: fc.array(token, { maxLength: 4 }) });
  const mutated = fc
    .tuple(fc.constantFrom(...seeds), fc.array(mutation, { minLength: 1, maxLength: 5 }))
    .map(([seed, mutations]) =>
      mutations.reduce((text, { at, length, insert }) => {
        const start = at % (text.length + 1);
        return text.slice(0, start) + insert.join('') + text.slice(start + length);
      }, seed),
    );
  const generated = fc.array(token, { maxLength: 60 }).map((tokens) => tokens.join(''));
  const runs = isLong ? 100_000 : 2000;

  it(
    `never crash, take a second or fill memory (${String(runs)} documents)`,
    { timeout: isLong ? 3_600_000 : 60_000 },
    async () => {
      await check(`${head}${one}`);
      globalThis.gc?.();
      const before = process.memoryUsage().rss;
      let slowest = 0;
      await fc.assert(
        fc.asyncProperty(fc.oneof({ weight: 3, arbitrary: mutated }, generated), async (text) => {
          const milliseconds = await processorTime(async () => {
            const { plan, diagnostics } = await check(text);
            expect(plan === undefined).toBe(diagnostics.length > 0);
            renderDiagnostics(diagnostics);
            for (const { line, column, endColumn } of diagnostics) {
              expect(line >= 1 && column >= 1 && endColumn > column).toBe(true);
            }
          });
          slowest = Math.max(slowest, milliseconds);
        }),
        { numRuns: runs },
      );
      expect(slowest).toBeLessThan(1000);
      expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(100);
    },
  );
});
