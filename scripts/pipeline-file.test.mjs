import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../packages/pipelines/dist/cli/main.js';
import { root } from './lib/workspace.mjs';

const page = readFileSync(path.join(root, 'docs/pipeline-file.md'), 'utf8');
const blocks = (language) =>
  [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .filter(([, found]) => found === language)
    .map(([, , body]) => body);
const files = blocks('yaml').map((text) => [/^# (\S+\.yaml)$/m.exec(text)[1], text]);
const commands = blocks('sh').flatMap((block) => block.trim().split('\n'));

const before = process.cwd();
let folder;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sluice-page-'));
  for (const [name, text] of files) writeFileSync(path.join(folder, name), text);
  process.chdir(folder);
});
afterAll(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a line of the page in a folder that holds the page's files: variables, then `sluice` and its arguments, some in quotes. */
async function shell(line) {
  const words = line.match(/(?:'[^']*'|[^\s'])+/g).map((word) => word.replaceAll("'", ''));
  const start = words.indexOf('sluice');
  const variables = words.slice(0, start).map((word) => word.split('='));
  for (const [name, value] of variables) process.env[name] = value;
  let stdout = '';
  let stderr = '';
  const terminal = { out: (text) => (stdout += text), err: (text) => (stderr += text), screen: undefined };
  const code = await main(words.slice(start + 1), terminal);
  for (const [name] of variables) delete process.env[name];
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

describe('docs/pipeline-file.md', () => {
  it.each(files)('shows a file %s that is sound', async (name) => {
    const stdout = await shell(`sluice validate ${name}`);
    expect(stdout).toContain('no problem found');
  });

  it.each(commands)('shows a command that works: %s', async (line) => {
    const stdout = await shell(line);
    expect(stdout).not.toBe('');
  });

  it('shows origins as they are', async () => {
    const printed = [
      await shell('sluice validate profiles.yaml --profile quick --print-config'),
      await shell('SLUICE__VARS__EPOCHS=5 sluice validate pipeline.yaml --set seed=1 --print-config'),
      await shell('sluice validate pipeline.yaml --print-config'),
    ];
    const comments = printed.flatMap((text) => text.match(/#.*$/gm));
    const shown = [...page.matchAll(/`(# [^`]+)`/g)].map(([, comment]) => comment);
    expect(shown).toHaveLength(6);
    for (const comment of shown) expect(comments).toContain(comment);
  });
});
