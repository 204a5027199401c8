import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Type } from '@sinclair/typebox';
import { Ajv } from 'ajv';
import { map } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BundledService } from '../pipeline/check-services.js';
import { composeSchema } from '../pipeline/compose-schema.js';
import { checkPipeline } from '../pipeline/load-pipeline.js';
import { defineStage } from '../stage/define-stage.js';
import { NumberContract, numberStages } from '../testing/fixtures/number-stages.js';
import { bindService } from './bind-service.js';
import { defineService } from './define-service.js';
import { serviceToken } from './service-token.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'sluice-services-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

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
const adderOf = (step: number) =>
  defineService({
    type: 'one',
    summary: 'Adds.',
    provides: 'adder',
    token: ADDER,
    options: Type.Object({}),
    create: () => ({ add: (value: number) => value + step }),
  });
const none = () => bindService({ ...adderOf(0), token: serviceToken('test.Nothing') }, {});
const bundled = { ...numberStages, add: async () => Promise.resolve(add) };

const STAGES = 'stages:\n  count: { uses: count, with: { to: 2 } }\n  add: { uses: add, in: { numbers: count } }\n';
const file = (services: string): string => {
  writeFileSync(join(folder, 'p.yaml'), `sluice: 1\nname: t\nservices:\n${services}\n${STAGES}`);
  return 'p.yaml';
};

describe('a bundled service with options', () => {
  const made: unknown[] = [];
  const step: BundledService = {
    summary: 'Adds a step.',
    options: Type.Object({
      by: Type.Integer({ default: 5, minimum: 1 }),
      unit: Type.Optional(Type.String()),
    }),
    identity: ({ by }) => `step-${String(by)}`,
    load: (options) => {
      made.push(options);
      return bindService(adderOf(Number(options['by'])), {});
    },
  };
  const plan = async (services: string) => {
    const found = await checkPipeline(file(services), {
      bundled,
      services: { adder: { step, one: () => bindService(adderOf(1), {}) }, logger: { file: none } },
      cwd: folder,
    });
    return { ...found, origins: found.plan?.origins().filter(({ path }) => path.startsWith('services.adder')) };
  };

  it.each([
    ['  adder: step', 'step', 'step-5', { by: 5 }],
    ['  logger: file', 'step', 'step-5', { by: 5 }],
    ['  adder: { name: step }', 'step', 'step-5', { by: 5 }],
    ['  adder: { name: step, by: 7 }', { uses: 'step', with: { by: 7 } }, 'step-7', { by: 7 }],
    ['  adder: { uses: step, with: { by: 7, unit: m } }', { uses: 'step', with: { by: 7, unit: 'm' } }, 'step-7', {}],
    ['  adder: { name: step, unit: m }', { uses: 'step', with: { unit: 'm', by: 5 } }, 'step-5', { by: 5 }],
  ])('takes them in either form: %s', async (written, resolved, identity, options) => {
    const { plan: planned, diagnostics } = await plan(written);
    expect(diagnostics).toEqual([]);
    expect(planned!.services).toEqual({ adder: 'step', logger: 'file' });
    expect(planned!.resolved['services']).toEqual({ adder: resolved, logger: 'file' });
    expect(await planned!.serviceIdentities!['adder']!()).toBe(identity);
    for (const load of planned!.modules) await load();
    expect(made.at(-1)).toMatchObject(options);
  });

  it.each([
    ['{ name: step, by: |>five }', 'wrong-type', 'by must be a whole number, not "five"'],
    ['{ name: step, |>yb: 5 }', 'unknown-option', 'service "step" has no option "yb"'],
    ['{ uses: step, with: { by: |>0 } }', 'wrong-value', 'by must be >= 1, not 0'],
    ['{ name: |>stpe, by: 1 }', 'unknown-service-choice', 'service "adder" has no choice "stpe"'],
    ['{ |>name: one, by: 1 }', 'no-service-options', '"one" of service "adder" has no options'],
    ['{ uses: step, |>name: step }', 'unknown-key', 'unknown key "name" in services.adder'],
  ])('has them checked where they stand: %s', async (uses, code, message) => {
    const line = `  adder: ${uses}`;
    expect((await plan(line.replace('|>', ''))).diagnostics).toMatchObject([
      { code, message, line: 4, column: line.indexOf('|>') + 1 },
    ]);
  });

  it('says of each option where it came from', async () => {
    const { origins } = await plan('  adder: { name: step, unit: m }');
    expect(origins).toMatchObject([
      { path: 'services.adder.uses', value: 'step', line: 4 },
      { path: 'services.adder.with.unit', value: 'm', line: 4 },
      { path: 'services.adder.with.by', value: 5, origin: 'default of step' },
    ]);
  });

  it('is the same in the schema for editors', () => {
    const ajv = new Ajv({ strict: false });
    const choices = { adder: [{ uses: 'step', options: step.options }, 'one'] };
    const validate = ajv.compile(composeSchema([{ uses: 'add', definition: add }], choices));
    const stages = { add: { uses: 'add', in: { numbers: 'count' } } };
    const takes = (adder: unknown): boolean => validate({ sluice: 1, name: 't', services: { adder }, stages });
    const sound = ['step', 'one', { name: 'step', by: 3 }, { uses: 'step', with: { unit: 'm' } }, { uses: 'one' }];
    const wrong = ['two', { name: 'step', by: 0 }, { name: 'one', by: 1 }, { uses: 'step', with: { yb: 1 } }];
    expect(sound.filter((adder) => !takes(adder))).toEqual([]);
    expect(wrong.filter(takes)).toEqual([]);
  });
});
