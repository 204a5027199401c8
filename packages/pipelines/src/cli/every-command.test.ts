import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeDemoDataset } from '@sluice/data';
import { argumentsOf, examplesIn, leafCommands, shellWords } from '../testing/command-words.js';
import { sluice } from '../testing/sluice.js';
import { tinyProject, type TinyProject } from '../testing/tiny-project.js';
import { commandLine, main } from './main.js';

const silent = { out: () => undefined, err: () => undefined, screen: undefined };
const program = commandLine(silent, () => undefined);
const commands = leafCommands(program);
const groups = program.createHelp().visibleCommands(program);

let project: TinyProject;
const before = process.cwd();
beforeAll(async () => {
  project = tinyProject();
  process.chdir(project.folder);
  await writeDemoDataset('photos', { seed: 1, train: 1, val: 1, test: 1, width: 64, height: 48 });
  await main(['run', 'pipeline.yaml', '--quiet'], silent);
});
afterAll(() => {
  process.chdir(before);
  project.remove();
});

/** Throws unless it is exactly one document. */
const document = (text: string): unknown => JSON.parse(text);

describe.each(commands)('sluice %s', (name, command) => {
  const words = name.split(' ');
  const good = [...words, ...argumentsOf(name, command, 'good')];
  const bad = [...words, ...argumentsOf(name, command, 'bad')];

  it('has a description, and an example in its help that its parser takes', async () => {
    const { code, out } = await sluice(...words, '--help');
    expect(code).toBe(0);
    expect(command.description()).toMatch(/\.$/);
    const examples = examplesIn(out);
    expect(examples).not.toEqual([]);
    for (const example of examples) {
      const parsed: string[] = [];
      const copy = commandLine(silent, () => undefined);
      for (const [leaf, each] of leafCommands(copy)) each.action(() => void parsed.push(leaf));
      await copy.parseAsync(shellWords(example), { from: 'user' });
      expect(parsed).toEqual([name]);
    }
  });

  it('prints one JSON document with --json, and no escape code', async () => {
    const { code, out, err } = await sluice(...good, '--json');
    expect(code).toBe(0);
    expect(document(out)).toBeTypeOf('object');
    expect(out + err).not.toContain('\u001b');
  });

  it('prints one JSON document when its command line is wrong, and suggests what was meant', async () => {
    const { code, out, err } = await sluice(...good, '--json', '--jsno');
    expect(code).toBe(2);
    expect(document(out)).toMatchObject({ exitCode: 2, error: { code: 'commander.unknownOption' } });
    expect(err).toContain('Did you mean --json?');
  });

  const named = bad.slice(words.length).length > 0 ? [bad] : [];
  it.each(named.map((line) => [line]))('fails with 2 on %j; stdout holds only the document', async (line) => {
    const { code, out, err } = await sluice(...line);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).not.toBe('');
    const json = await sluice(...line, '--json');
    expect(json.code).toBe(2);
    expect(document(json.out)).toBeTypeOf('object');
  });
});

it.each(['', ...groups.filter(({ commands: inner }) => inner.length > 0).map((group) => group.name())])(
  'sluice %s alone shows its help on stderr and fails with 2',
  async (word) => {
    const { code, out, err } = await sluice(...(word === '' ? [] : [word]));
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('Usage: sluice');
  },
);

describe('ends with', () => {
  it.each([
    [0, ['graph', 'pipeline.yaml']],
    [1, ['run', 'pipeline.yaml', '--quiet', '--runs-dir', 'failed', '--set', 'stages.count.with.fail-at=1']],
    [2, ['graph', 'pipeline.yaml', '--set', 'stages.count.with.count=none']],
    [2, ['graph', 'pipeline.yaml', '--format', 'png']],
    [2, ['runs', 'shwo']],
    [3, ['graph', 'pipeline.yaml', '--output', 'pipeline.yaml/graph.svg']],
  ] as const)('%i: %j', async (code, args) => {
    expect(await sluice(...args)).toMatchObject({ code });
  });
});

const built = fileURLToPath(new URL('../../bin/sluice.js', import.meta.url));
const ready = existsSync(built.replace(/bin.sluice\.js$/, 'dist')) && process.platform !== 'win32';
const quoted = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(' ');

/** Every command but `doctor`, which starts further processes: what it prints goes the same way. */
const lines = commands
  .filter(([name]) => name !== 'doctor')
  .map(([name, command]) => [...name.split(' '), ...argumentsOf(name, command, 'good')]);

describe.skipIf(!ready)('the built command', () => {
  it.concurrent.each(lines.map((words) => [words.join(' '), words] as const))(
    '`%s | head -1` with 40 columns and stdin closed leaves no error and no escape code',
    async (_, words) => {
      const script = `set -o pipefail; '${process.execPath}' '${built}' ${quoted(words)} <&- | head -1`;
      const env = { ...process.env, COLUMNS: '40', NO_COLOR: '', FORCE_COLOR: '1' };
      const { stdout, stderr } = await promisify(execFile)('bash', ['-c', script], { cwd: project.folder, env });
      expect(stdout.trimEnd().split('\n')).toHaveLength(1);
      expect(stdout + stderr).not.toContain('\u001b');
      expect(stderr).not.toMatch(/EPIPE|Error/);
    },
  );

  const script = spawnSync('script', ['--version']);
  it.skipIf(script.error !== undefined || process.platform !== 'linux')(
    'draws on a terminal, and with NO_COLOR is plain there (needs script)',
    async () => {
      const on = async (env: NodeJS.ProcessEnv): Promise<string> => {
        const command = `stty cols 40; '${process.execPath}' '${built}' run pipeline.yaml --runs-dir '${path.join(project.folder, 'drawn')}'`;
        const { stdout } = await promisify(execFile)('script', ['-qec', command, '/dev/null'], {
          cwd: project.folder,
          env,
        });
        return stdout;
      };
      const { NO_COLOR: _, ...rest } = process.env;
      const drawn = await on({ ...rest, TERM: 'xterm' });
      const plain = await on({ ...rest, TERM: 'xterm', NO_COLOR: '1' });
      expect(drawn).toContain('\u001b[');
      expect(plain).not.toContain('\u001b');
      expect(plain).toContain('count: done');
    },
  );
});
