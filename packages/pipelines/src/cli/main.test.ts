import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sluice as runSluice } from '../testing/sluice.js';
import { tinyProject, type TinyProject } from '../testing/tiny-project.js';

interface SarifLog {
  readonly version: string;
  readonly runs: readonly [
    {
      readonly tool: { readonly driver: { readonly rules: readonly object[] } };
      readonly originalUriBaseIds: Readonly<Record<'%SRCROOT%', { readonly uri: string }>>;
      readonly results: readonly { readonly ruleId: string; readonly ruleIndex: number }[];
    },
  ];
}

let project: TinyProject;
beforeAll(() => {
  project = tinyProject();
});
afterAll(() => project.remove());

/** Runs a command line in this process; `FILE` stands for the tiny pipeline. */
async function sluice(...args: readonly string[]) {
  const argv = args.map((argument) => argument.replace('FILE', project.pipeline));
  if (argv[0] === 'run') argv.splice(1, 0, '--runs-dir', path.join(project.folder, 'runs'));
  return runSluice(...argv);
}

describe('exit codes', () => {
  it.each([
    [0, ['--version']],
    [0, ['--help']],
    [0, ['run', '--help']],
    [0, ['stages']],
    [0, ['describe', 'ingest']],
    [0, ['services']],
    [0, ['validate', 'FILE']],
    [0, ['validate', 'FILE', 'FILE', '--format', 'json']],
    [0, ['schema']],
    [2, ['validate', 'FILE', 'nowhere.yaml']],
    [2, ['validate', 'FILE', '--format', 'xml']],
    [0, ['run', 'FILE']],
    [1, ['run', 'FILE', '--set', 'stages.count.with.fail-at=2']],
    [2, []],
    [2, ['fly']],
    [2, ['run']],
    [2, ['run', 'FILE', '--thread', '2']],
    [2, ['run', 'FILE', '--threads', '0']],
    [2, ['run', 'FILE', '--log-level', 'loud']],
    [2, ['run', 'FILE', 'FILE']],
    [2, ['run', 'nowhere.yaml']],
    [2, ['run', 'FILE', '--set', 'stages.count.with.fail-at']],
    [2, ['run', 'FILE', '--set', 'stages.count.with.count=none']],
    [2, ['validate', 'FILE', '--set', 'stages.counter.with.count=3']],
    [2, ['validate', 'nowhere.yaml']],
    [2, ['describe', 'resize']],
    [2, ['describe', './here.js']],
    [2, ['new']],
    [2, ['new', 'stage']],
    [2, ['new', 'stage', '../x']],
    [2, ['new', 'stage', 'x', '--folder', '.']],
    [3, ['new', 'stage', 'x', '--folder', 'FILE/x']],
  ] as const)('is %d for %j', async (code, args) => {
    expect(await sluice(...args)).toMatchObject({ code });
  });

  it('is 3 where the run folder cannot be made', async () => {
    const file = project.write('a-file', '');
    const { code, err } = await sluice('run', 'FILE', '--runs-dir', path.join(file, 'runs'));
    expect(err).toMatch(/^pipelines\/RUN_FOLDER: .*a-file.*\n {2}because ENOTDIR/);
    expect(code).toBe(3);
  });
});

describe('streams', () => {
  it.each([
    [['--version'], 'out'],
    [['--help'], 'out'],
    [['stages'], 'out'],
    [['describe', 'train-decoder'], 'out'],
    [['describe', 'train'], 'err'],
    [['validate', 'FILE'], 'out'],
    [['schema'], 'out'],
    [['validate', 'nowhere.yaml', '--format', 'sarif'], 'out'],
    [['validate', 'nowhere.yaml'], 'err'],
    [['fly'], 'err'],
    [['run', 'nowhere.yaml'], 'err'],
  ] as const)('of %j: all is on std%s', async (args, stream) => {
    const result = await sluice(...args);
    expect(result[stream]).not.toBe('');
    expect(result[stream === 'out' ? 'err' : 'out']).toBe('');
  });

  it('of a run: progress and log on stderr, the summary on stdout, no escape codes', async () => {
    const { out, err } = await sluice('run', 'FILE');
    expect(err).toMatch(/^tiny-\S+: 1 stage, files in .*\ncount: started\n/);
    expect(err).toContain('warn: [count] counted all of them');
    expect(err).toContain('count: done  3/3 numbers');
    expect(out).toContain('count  3/3 numbers');
    expect(out).toContain('highest\n  count        3');
    expect(out).toContain('run folder');
    expect(out + err).not.toContain('\u001b');
  });

  it('of a quiet run hold warnings only', async () => {
    expect(await sluice('run', 'FILE', '--quiet')).toEqual({
      code: 0,
      out: '',
      err: 'warn: [count] counted all of them\n',
    });
    expect(await sluice('run', 'FILE', '--quiet', '--log-level', 'error')).toEqual({ code: 0, out: '', err: '' });
  });

  it('of a failed run name the stage, its error and the folder with the log', async () => {
    const { err } = await sluice('run', 'FILE', '--set', 'stages.count.with.fail-at=2');
    expect(err).toMatch(/Stage "count" failed; the log is in .*tiny-/);
    expect(err).toContain('no further than 2');
  });
});

describe('--json', () => {
  const json = async (...args: readonly string[]): Promise<unknown> =>
    JSON.parse((await sluice(...args, '--json')).out);

  it('prints the summary of a run, also of one that failed or never began', async () => {
    const stages = [{ id: 'count', state: 'done', done: 3 }];
    expect(await json('run', 'FILE')).toMatchObject({ exitCode: 0, state: 'finished', stages, pipeline: 'tiny' });
    expect(await json('run', 'FILE', '--set', 'stages.count.with.fail-at=2')).toMatchObject({
      exitCode: 1,
      state: 'failed',
      error: { stage: 'count', message: 'no further than 2' },
    });
    expect(await json('run', 'FILE', '--set', 'stages.count.with.count=0')).toMatchObject({
      exitCode: 2,
      error: { code: 'core/INVALID_PIPELINE', diagnostics: [{ line: 1 }] },
    });
  });

  it('prints problems, stages and a stage', async () => {
    expect(await json('validate', 'FILE')).toEqual({ valid: true, diagnostics: [] });
    expect(await json('validate', 'nowhere.yaml')).toMatchObject({
      valid: false,
      diagnostics: [{ file: 'nowhere.yaml' }],
    });
    expect(await json('stages')).toHaveLength(13);
    expect(await json('describe', 'encode')).toMatchObject({
      type: 'encode',
      package: { name: '@sluice/stage-encode' },
      outputs: [{ name: 'embeddings', description: "An image's embedding." }],
      services: [{ name: 'engine', token: 'sluice.TensorEngine' }],
      yaml: expect.stringContaining('uses: encode') as string,
    });
    expect(await json('services')).toContainEqual(
      expect.objectContaining({ service: 'codec', choice: 'sharp', from: 'bundled', default: true }),
    );
  });
});

describe('validate', () => {
  it('shows every problem with its place', async () => {
    const file = project.write(
      'bad.yaml',
      'sluice: 1\nname: bad\nstages:\n  a: { uses: ingst }\n  b: { uses: tiny-numbers, with: { cuont: 1 } }\n',
    );
    const { code, err } = await sluice('validate', file);
    expect(code).toBe(2);
    expect(err).toMatch(/bad\.yaml:4:14 unknown-stage-type/);
    expect(err).toContain('did you mean "ingest"?');
    expect(err).toMatch(/bad\.yaml:5:36 /);
    expect(err).toContain('bad.yaml: 2 problems');
  });
});

describe('validate --format sarif', () => {
  it('names every problem with rule, region, related place and a URI below the root', async () => {
    const text =
      'sluice: 1\nname: bad\nstages:\n  a: { uses: ingest, with: { root: x } }\n  b: { uses: encode, in: { images: a } }\n';
    const file = project.write('füll name/bad.yaml', text);
    const cwd = process.cwd();
    process.chdir(project.folder);
    try {
      const { code, out, err } = await sluice('validate', file, 'nowhere.yaml', 'pipeline.yaml', '--format', 'sarif');
      expect(code).toBe(2);
      expect(err).toBe('');
      const { version, runs } = JSON.parse(out) as SarifLog;
      expect(version).toBe('2.1.0');
      const [{ tool, originalUriBaseIds, results }] = runs;
      expect(originalUriBaseIds['%SRCROOT%'].uri).toBe(`${pathToFileURL(project.folder).href}/`);
      expect(results).toHaveLength(2);
      for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex]).toMatchObject({ id: ruleId });
      expect(results[0]).toMatchObject({
        ruleId: 'contract-mismatch',
        level: 'error',
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: 'f%C3%BCll%20name/bad.yaml', uriBaseId: '%SRCROOT%' },
              region: { startLine: 5, startColumn: 36, endColumn: 37 },
            },
          },
        ],
        relatedLocations: [{ physicalLocation: { region: { startLine: 4, startColumn: 14 } } }],
      });
      expect(results[1]).toMatchObject({
        ruleId: 'file-not-found',
        message: { text: 'there is no file nowhere.yaml' },
      });
    } finally {
      process.chdir(cwd);
    }
  });
});

describe('schema', () => {
  it('writes one schema of the bundled stages and those allowed beside the file', async () => {
    const file = path.join(project.folder, 'tiny.schema.json');
    expect(await sluice('schema', '--output', file, '--json')).toMatchObject({ code: 0, err: '' });
    const { definitions } = JSON.parse(readFileSync(file, 'utf8')) as {
      definitions: { stage: { allOf: readonly { if: { properties: { uses: { const: string } } } }[] } };
    };
    const types = definitions.stage.allOf.map((rule) => rule.if.properties.uses.const);
    expect(types).toContain('ingest');
    expect(types.at(-1)).toBe('tiny-numbers');
  });

  it('says which allowed stages it leaves out', async () => {
    project.write('other/package.json', JSON.stringify({ sluice: { stages: ['not-there'] } }));
    const { code, err } = await sluice('schema', '--output', path.join(project.folder, 'other/a.json'));
    expect(err).toBe('warning: "not-there" is allowed but left out: it is not installed\n');
    expect(code).toBe(0);
  });
});

describe('help', () => {
  it.each([
    [[]],
    [['run']],
    [['resume']],
    [['validate']],
    [['schema']],
    [['stages']],
    [['describe']],
    [['services']],
    [['new', 'stage']],
    [['cache']],
    [['cache', 'gc']],
  ] as const)('of %j ends with an example', async (command) => {
    const { out } = await sluice(...command, '--help');
    expect(out).toMatch(new RegExp(`\\nExample:\\n {2}\\$ sluice ${command.length === 0 ? 'run' : command.join(' ')}`));
  });

  it('suggests what a misspelt command or option may have meant', async () => {
    expect((await sluice('rum', 'FILE')).err).toContain('Did you mean run?');
    expect((await sluice('run', 'FILE', '--quite')).err).toContain('Did you mean --quiet?');
  });
});

describe('the run folder', () => {
  it('holds the resolved pipeline, the log, and a manifest with threads and the outcome', async () => {
    const { out } = await sluice('run', 'FILE', '--json', '--threads', '1');
    const { folder } = JSON.parse(out) as { folder: string };
    expect(readdirSync(folder)).toEqual(
      expect.arrayContaining(['log.jsonl', 'manifest.json', 'pipeline.resolved.yaml']),
    );
    const manifest: unknown = JSON.parse(readFileSync(path.join(folder, 'manifest.json'), 'utf8'));
    expect(manifest).toMatchObject({ status: 'succeeded', facts: { threads: 1 } });
    const integrity: unknown = expect.stringMatching(/^sha256-[0-9a-f]{64}$/);
    const identity = { name: 'tiny-numbers', version: '1.0.0', integrity };
    expect(manifest).toMatchObject({ stages: { count: { package: identity } } });
    expect(existsSync(path.join(project.folder, '.sluice'))).toBe(false);
  });
});
