import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandLine } from '../cli/main.js';
import { tinyProject, type TinyProject } from '../testing/tiny-project.js';
import { complete, completionText } from './complete.js';
import { completionScript } from './shell-scripts.js';

const silent = { out: () => undefined, err: () => undefined, screen: undefined };

async function completed(...words: readonly string[]) {
  const { words: found, paths } = await complete(
    commandLine(silent, () => undefined),
    words,
  );
  return { words: found.map(({ word }) => word), paths };
}

describe('completion', () => {
  it('offers every command that the help shows, and none that it hides', async () => {
    const { words } = await completed('');
    expect(words).toEqual(expect.arrayContaining(['run', 'validate', 'graph', 'runs', 'doctor', 'completion']));
    expect(words.filter((word) => word.startsWith('__'))).toEqual([]);
  });

  it.each([
    [['val'], ['validate'], 'none'],
    [['runs', ''], ['ls', 'show', 'diff'], 'none'],
    [['run', '--qu'], ['--quiet'], 'none'],
    [['run', 'a.yaml', '--log-level', ''], ['error', 'warn', 'info', 'debug'], 'none'],
    [['run', 'a.yaml', '--log-level', 'd'], ['debug'], 'none'],
    [['graph', '--format', 'h'], ['html'], 'none'],
    [['describe', 'en'], ['encode'], 'none'],
    [['describe', '--json', 'en'], ['encode'], 'none'],
    [['completion', ''], ['bash', 'zsh', 'fish'], 'none'],
    [['run', ''], [], 'files'],
    [['graph', 'a.yaml', '--output', ''], [], 'files'],
    [['run', '--runs-dir', ''], [], 'folders'],
    [['run', 'a.yaml', 'b'], [], 'none'],
    [['run', '--', '--q'], [], 'files'],
    [['fly', 'x', ''], [], 'none'],
    [['describe', 'toString'], [], 'none'],
  ])('of %j is %j and %s', async (line, words, paths) => {
    expect(await completed(...line)).toEqual({ words, paths });
  });

  it('has no line for a word that would be two', () => {
    const words = ['a\nb', 'c\td', 'e'].map((word) => ({ word, meaning: 'm' }));
    expect(completionText({ words, paths: 'none' })).toBe('none\ne\tm\n');
  });

  it('goes by the definition of any command', async () => {
    const program = new Command('sluice');
    program.command('new').argument('<file>').option('--into <folder>').option('--level <level>');
    expect(await complete(program, ['new', '--into', ''])).toEqual({ words: [], paths: 'folders' });
    expect(await complete(program, ['new', ''])).toEqual({ words: [], paths: 'files' });
  });
});

const program = fileURLToPath(new URL('../../bin/sluice.js', import.meta.url));
let project: TinyProject;
beforeAll(() => {
  project = tinyProject();
  mkdirSync(path.join(project.folder, 'runs', 'tiny-20260101-000000'), { recursive: true });
  const command = project.write('bin/sluice', `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`);
  chmodSync(command, 0o755);
  for (const shell of ['bash', 'zsh', 'fish'] as const) {
    writeFileSync(path.join(project.folder, `complete.${shell}`), completionScript(shell));
  }
});
afterAll(() => project.remove());

const has = (shell: string): boolean => {
  try {
    execFileSync(shell, ['-c', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** Output of a script in a real shell, with the command on the path. */
async function inShell(shell: string, args: readonly string[]): Promise<readonly string[]> {
  const PATH = `${path.join(project.folder, 'bin')}:${process.env['PATH'] ?? ''}`;
  const env = { ...process.env, PATH, HOME: project.folder, TERM: 'dumb' };
  const { stdout } = await promisify(execFile)(shell, args, { cwd: project.folder, env });
  return stdout.split('\n').filter((line) => line !== '');
}

/** What is offered for a line, in each shell; words are the same, order and files beside them are the shell's. */
const ways = {
  bash: (words: readonly string[]) =>
    inShell('bash', [
      ...['--norc', '-c'],
      'source ./complete.bash; COMP_WORDS=(sluice "$@"); COMP_CWORD=$#; _sluice; printf "%s\\n" "${COMPREPLY[@]}"',
      ...['bash', ...words],
    ]),
  // A zsh without a terminal has no completion widgets: what the script hands to them is printed.
  zsh: (words: readonly string[]) =>
    inShell('zsh', [
      ...['-f', '-c'],
      `compdef() { : }; _describe() { print -l -- "\${(@)found%%:*}" }
       _files() { [[ "$1" = -/ ]] && print -l -- *(N/) || print -l -- *(N) }
       source ./complete.zsh; words=(sluice "$@"); CURRENT=$#words; _sluice`,
      ...['zsh', ...words],
    ]),
  fish: async (words: readonly string[]) => {
    const line = ['sluice', ...words].join(' ');
    const lines = await inShell('fish', ['--no-config', '-c', 'source ./complete.fish; complete -C "$argv[1]"', line]);
    return lines.map((each) => each.split('\t')[0]!);
  },
} as const;

const ready = existsSync(program.replace(/bin.sluice\.js$/, 'dist')) && process.platform !== 'win32';

describe.each(['bash', 'zsh', 'fish'] as const)('in %s', (shell) => {
  it.skipIf(!ready || !has(shell))(`completes commands, choices, runs and files (needs ${shell})`, async () => {
    const offered = ways[shell];
    expect(await offered(['val'])).toEqual(['validate']);
    expect(await offered(['graph', '--format', 'ht'])).toEqual(['html']);
    expect(await offered(['runs', 'show', 'tiny-'])).toContain('tiny-20260101-000000');
    expect(await offered(['run', 'pipe'])).toContain('pipeline.yaml');
  });
});
