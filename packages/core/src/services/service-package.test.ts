import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { lastValueFrom, toArray } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkPipeline, loadPipeline } from '../pipeline/load-pipeline.js';
import type { ServiceChoices } from '../pipeline/check-services.js';
import { serviceFault } from '../registry/is-service.js';
import type { Manifest } from '../run/observers/write-manifest.js';
import type { RunEvent } from '../run/run-event.js';
import { runPipeline } from '../run/run-pipeline.js';
import { defineStage } from '../stage/define-stage.js';
import { NumberContract, numberStages } from '../testing/fixtures/number-stages.js';
import { bindService } from './bind-service.js';
import { defineService } from './define-service.js';
import { serviceToken } from './service-token.js';
import { Type } from '@sinclair/typebox';
import { map } from 'rxjs';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'sluice-services-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, content: string | object): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
}

/** A package whose one export is a service: `fields` are put over those of a sound one. */
function install(name: string, fields = '', more = ''): void {
  write(`node_modules/${name}/package.json`, { name, version: '2.3.4', type: 'module', exports: './index.js' });
  write(
    `node_modules/${name}/index.js`,
    `globalThis.imported = (globalThis.imported ?? []).concat(${JSON.stringify(name)});
     import { appendFileSync } from 'node:fs';
     export const helper = 1;
     export const mine = {
       type: 'mine', summary: 'Mine.', provides: 'adder', token: Symbol.for('test.Adder'), services: {},
       options: { type: 'object', properties: {
         by: { type: 'integer', default: 5, minimum: 1 }, file: { type: 'string', format: 'path' },
       } },
       create: ({ by, file }) => ({ add: (value) => value + by, file }),
       release: ({ file }) => { if (file) appendFileSync(file, 'released\\n'); },
       ${fields}
     };
     ${more}`,
  );
}

const imported = (): readonly string[] => (globalThis as { imported?: readonly string[] }).imported ?? [];
const allow = (...services: readonly string[]): void => write('package.json', { name: 'work', sluice: { services } });

const ADDER = serviceToken<{ readonly add: (value: number) => number }>('test.Adder');
const add = defineStage({
  type: 'add',
  summary: 'Adds.',
  inputs: { numbers: NumberContract },
  outputs: { numbers: NumberContract },
  options: Type.Object({}),
  services: { adder: ADDER },
  create:
    (_options, { adder }) =>
    ({ numbers }) => ({ numbers: numbers.pipe(map((value) => adder.add(value))) }),
});
const one = defineService({
  type: 'one',
  summary: 'Adds 1.',
  provides: 'adder',
  token: ADDER,
  options: Type.Object({}),
  create: () => ({ add: (value) => value + 1 }),
});
const none = () => bindService({ ...one, token: serviceToken('test.Nothing') }, {});
const slots: ServiceChoices = { adder: { one: () => bindService(one, {}) }, logger: { file: none } };
const bundled = { ...numberStages, add: async () => Promise.resolve(add) };

const STAGES = 'stages:\n  count: { uses: count, with: { to: 2 } }\n  add: { uses: add, in: { numbers: count } }\n';
const file = (services: string): string => {
  write('p.yaml', `sluice: 1\nname: t\nservices:\n${services}\n${STAGES}`);
  return 'p.yaml';
};
const check = async (services: string) =>
  (await checkPipeline(file(services), { bundled, services: slots, cwd: folder })).diagnostics;

async function run(services: string): Promise<{ readonly events: readonly RunEvent[]; readonly sum: unknown }> {
  const sums: unknown[] = [];
  const spy = {
    ...add,
    create:
      (...args: Parameters<typeof add.create>) =>
      (inputs: never) => {
        const { numbers } = add.create(...args)(inputs);
        return { numbers: numbers.pipe(map((value) => (sums.push(value), value))) };
      },
  };
  const stages = { ...bundled, add: async () => Promise.resolve(spy) };
  const plan = await loadPipeline(file(services), { bundled: stages, services: slots, cwd: folder });
  const events = await lastValueFrom(runPipeline(plan, { runsDir: join(folder, 'runs') }).pipe(toArray()));
  return { events, sum: sums };
}

const read = (name: string): string =>
  readFileSync(join(folder, 'runs', readdirSync(join(folder, 'runs'))[0]!, name), 'utf8');

describe('a service package', () => {
  it('takes the place of the bundled choice by one line, with its defaults', async () => {
    install('@acme/adder');
    allow('@acme/adder');
    expect((await run("  adder: '@acme/adder'")).sum).toEqual([6, 7]);
    const manifest = JSON.parse(read('manifest.json')) as Manifest;
    expect(manifest.services).toEqual({ adder: '@acme/adder', logger: 'file' });
    expect(manifest.servicePackages).toEqual({
      adder: { name: '@acme/adder', version: '2.3.4', integrity: expect.stringMatching(/^sha256-[0-9a-f]{64}$/) },
    });
  });

  it('takes options, paths from the folder of the file, is released with the run, and resolves to a file that runs again', async () => {
    install('@acme/adder');
    allow('@acme/adder');
    const { sum } = await run("  adder: { uses: '@acme/adder', with: { by: 10, file: ./released.txt } }");
    expect(sum).toEqual([11, 12]);
    expect(readFileSync(join(folder, 'released.txt'), 'utf8')).toBe('released\n');
    write('again.yaml', read('pipeline.resolved.yaml'));
    const plan = await loadPipeline('again.yaml', { bundled, services: slots, cwd: folder });
    expect(plan.resolved['services']).toMatchObject({ adder: { uses: '@acme/adder', with: { by: 10 } } });
  });

  it('is imported only where the nearest package.json allows it', async () => {
    install('never-imported');
    allow('other');
    expect(await check('  adder: never-imported')).toMatchObject([
      {
        code: 'service-not-allowed',
        line: 4,
        column: 10,
        hint: `to allow it, add "sluice": { "services": ["never-imported"] } to ${join(folder, 'package.json')}`,
      },
    ]);
    write('package.json', { sluice: { stages: ['never-imported'] } });
    expect(await check('  adder: never-imported')).toMatchObject([{ code: 'service-not-allowed' }]);
    expect(imported()).not.toContain('never-imported');
  });

  it.each([
    ["'@acme/gone'", 'service-not-installed', 'the service package "@acme/gone" is not installed'],
    ['./here.js', 'relative-service', '"./here.js" is a path'],
    ['/etc/x.js', 'relative-service', '"/etc/x.js" is a path'],
    ['oen', 'unknown-service-choice', 'service "adder" has no choice "oen"'],
    ['node:fs', 'unknown-service-choice', ''],
    ["'__proto__'", 'unknown-service-choice', ''],
    ["'@acme/x/../../y'", 'unknown-service-choice', ''],
    ['bad', 'bad-service-package', '"bad" is no service package: its export "mine" has no token'],
    ['wrong', 'wrong-service', '"wrong" provides "cache" and cannot be the "adder"'],
    ['{ uses: one, with: { by: 1 } }', 'no-service-options', '"one" of service "adder" has no options'],
  ])('is refused as %s', async (uses, code, message) => {
    install('bad', 'token: undefined');
    install('wrong', "provides: 'cache'");
    allow('@acme/gone', 'bad', 'wrong', './here.js', 'node:fs', '@acme/x/../../y');
    const [found, ...others] = await check(`  adder: ${uses}`);
    expect(found).toMatchObject({ code, message: expect.stringContaining(message), line: 4 });
    expect(others).toEqual([]);
  });

  it.each([
    ['{ uses: good, with: { by: |>five } }', 'wrong-type', 'by must be a whole number, not "five"'],
    ['{ uses: good, with: { |>yb: 5 } }', 'unknown-option', 'service "mine" has no option "yb"'],
    ['{ uses: good, with: { by: |>0 } }', 'wrong-value', 'by must be >= 1, not 0'],
    ['{ uses: good, |>wiht: { by: 1 } }', 'unknown-key', 'unknown key "wiht" in services.adder'],
    ['{ uses: |>3 }', 'wrong-type', 'services.adder.uses must be text, not 3'],
    ['|>[good]', 'wrong-type', 'services.adder must be text, not a list'],
    ['{ uses: good, with: |>[1] }', 'wrong-type', 'services.adder.with must be a mapping, not a list'],
  ])('has its options checked where they stand: %s', async (uses, code, message) => {
    install('good');
    allow('good');
    const line = `  adder: ${uses}`;
    expect(await check(line.replace('|>', ''))).toMatchObject([
      { code, message, line: 4, column: line.indexOf('|>') + 1 },
    ]);
  });

  it('needs "uses", and may leave "with" empty', async () => {
    install('good');
    allow('good');
    expect(await check('  adder: { with: { by: 1 } }')).toMatchObject([
      { code: 'missing-key', message: '"uses" is missing in services.adder', line: 4, column: 3 },
    ]);
    expect(await check('  adder:\n    uses: good\n    with:')).toEqual([]);
  });

  it('that fails to be made ends the run with its reason', async () => {
    install('broken', "create: () => { throw new Error('no luck'); }");
    allow('broken');
    expect((await run('  adder: broken')).events.at(-1)).toMatchObject({
      type: 'run-failed',
      stage: 'add',
      error: { code: 'core/SERVICE_FAILED', cause: { message: 'no luck' } },
    });
  });

  it('cannot ask for itself', async () => {
    install('narcissus', "services: { inner: Symbol.for('test.Adder') }");
    allow('narcissus');
    expect((await run('  adder: narcissus')).events.at(-1)).toMatchObject({
      error: { code: 'core/SERVICE_FAILED', cause: { code: 'core/SERVICE_NEEDS_ITSELF' } },
    });
  });
});

describe('a logger package', () => {
  const logger = (write: string): string => `
    provides: 'logger', token: Symbol.for('sluice.LogWriter'), services: { run: Symbol.for('sluice.RunFolder') },
    create: async (_options, { run }) => ({ path: await run.path('other.log'), ${write} }),
    release: ({ path }) => appendFileSync(path, 'end\\n'),`;

  it('gets each line of the log from the first to the last, and is released after all other services', async () => {
    install(
      'log',
      logger(
        "write({ level, stage, message }) { appendFileSync(this.path, `${level} ${stage ?? '-'} ${message}\\n`); }",
      ),
    );
    allow('log');
    const { events } = await run('  logger: log');
    expect(events.at(-1)).toMatchObject({ type: 'run-finished' });
    const written = read('other.log').trimEnd().split('\n');
    const logged = read('log.jsonl')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string>);
    expect(written).toEqual([
      ...logged.map(({ level, stage, message }) => `${level!} ${stage ?? '-'} ${message!}`),
      'end',
    ]);
    expect(written[0]).toMatch(/^info - run t-/);
    expect(written.at(-2)).toMatch(/^info - finished in/);
  });

  it('that throws fails the run, and the log file is whole all the same', async () => {
    install('log', logger("write() { throw new Error('paper jam'); }"));
    allow('log');
    const { events } = await run('  logger: log');
    expect(events.at(-1)).toMatchObject({
      type: 'run-failed',
      error: { code: 'core/LOGGER_FAILED', cause: { message: 'paper jam' } },
    });
    expect(read('log.jsonl')).toMatch(/finished in/);
  });

  it('that cannot be made fails the run', async () => {
    install(
      'log',
      "provides: 'logger', token: Symbol.for('sluice.LogWriter'), create: () => { throw new Error('no'); }",
    );
    allow('log');
    expect((await run('  logger: log')).events.at(-1)).toMatchObject({ error: { code: 'core/LOGGER_FAILED' } });
  });
});

describe('what makes a service', () => {
  it.each([
    [undefined, 'is no object'],
    [{ ...one, create: 1 }, 'has no create function'],
    [{ ...one, type: '' }, 'has no type'],
    [{ ...one, provides: undefined }, 'does not say which service it provides'],
    [{ ...one, token: 3 }, 'has no token'],
    [{ ...one, options: {} }, 'has no options schema of type object'],
    [{ ...one, services: undefined }, 'has no services; make it with defineService'],
    [{ ...one, release: 1 }, 'has a release that is no function'],
    [one, undefined],
  ])('is said of what lacks it (%#)', (value, fault) => {
    expect(serviceFault(value)).toBe(fault);
  });
});
