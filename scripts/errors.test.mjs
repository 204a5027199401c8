import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { filesBelow, root } from './lib/workspace.mjs';

const sources = filesBelow(path.join(root, 'packages'))
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .map((file) => ({ file, text: readFileSync(file, 'utf8') }));

/** Codes of every `defineErrors('scope', { CODE: ... })`, and of those that are written out as `'scope/CODE'`. */
function errorCodes() {
  const tables = sources
    .filter(({ text }) => text.includes('defineErrors('))
    .flatMap(({ file, text }) => {
      const calls = [];
      visit(parse(file, text), (node) => {
        if (!ts.isCallExpression(node) || node.expression.getText() !== 'defineErrors') return;
        const [scope, table] = node.arguments;
        calls.push(...keysOf(table).map((name) => `${scope.text}/${name}`));
      });
      return calls;
    });
  const written = sources.flatMap(({ text }) =>
    [...text.matchAll(/'([a-z-]+\/[A-Z][A-Z_]+)'/g)].map(([, code]) => code),
  );
  return new Set([...tables, ...written]);
}

/** Keys of the table of messages for pipeline files. */
function problemCodes() {
  const file = path.join(root, 'packages/core/src/pipeline/problem.ts');
  let codes = [];
  visit(parse(file, readFileSync(file, 'utf8')), (node) => {
    if (ts.isVariableDeclaration(node) && node.name.getText() === 'messages')
      codes = keysOf(node.initializer.expression);
  });
  return codes;
}

const parse = (file, text) => ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);

function visit(node, see) {
  see(node);
  ts.forEachChild(node, (child) => visit(child, see));
}

const keysOf = (table) => table.properties.map(({ name }) => name.text);

const rows = readFileSync(path.join(root, 'docs/errors.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) =>
    line.split(' | ').map((cell) =>
      cell
        .replaceAll(/^\| |^`|`$| \|$/g, '')
        .replaceAll('`', '')
        .trim(),
    ),
  );
const documented = rows.map(([code]) => code);

describe('docs/errors.md', () => {
  it('has one line for each error code of every package and each problem of a pipeline file, and no other', () => {
    const codes = [...errorCodes(), ...problemCodes()];
    expect(codes).toEqual(expect.arrayContaining(['core/INVALID_PIPELINE', 'ingest/BAD_ITEM', 'cycle']));
    expect({
      missing: codes.filter((code) => !documented.includes(code)),
      unknown: documented.filter((code) => !codes.includes(code)),
      doubled: documented.filter((code, index) => documented.indexOf(code) !== index),
    }).toEqual({ missing: [], unknown: [], doubled: [] });
  });

  it('has the same words for problems of a pipeline file as the command shows in other formats', async () => {
    const { problemHelp } = await import(new URL('../packages/core/dist/index.js', import.meta.url));
    const words = Object.entries(problemHelp).map((entry) => entry.flat().map((cell) => cell.replaceAll('`', '')));
    const documentedWords = rows.filter(([code]) => !code.includes('/'));
    expect(words.sort()).toEqual(documentedWords.map((cells) => [...cells]).sort());
  });

  it('says of each when it comes and what to do', () => {
    expect(rows.filter((cells) => cells.length !== 3 || cells.some((cell) => cell === ''))).toEqual([]);
  });
});
