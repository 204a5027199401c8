import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** A stage that counts to `count`, a number every `wait` milliseconds, and fails at `fail-at`. */
const stage = `
import { defineContract, defineStage, fromPull } from '@sluice/core';
import { setTimeout as sleep } from 'node:timers/promises';

const Whole = defineContract('Whole', 'A whole number.');

export const numbers = defineStage({
  type: 'numbers',
  summary: 'Counts.',
  inputs: {},
  outputs: { numbers: Whole },
  options: {
    type: 'object',
    additionalProperties: false,
    required: ['count', 'wait', 'fail-at'],
    properties: {
      count: { type: 'integer', minimum: 1, default: 3, description: 'How far.' },
      wait: { type: 'integer', minimum: 0, default: 0 },
      'fail-at': { type: 'integer', minimum: 0, default: 0 },
    },
  },
  create: (options, _services, { report, run, signal, logger }) => () => ({
    numbers: fromPull(async function* () {
      for (let number = 1; number <= options.count; number++) {
        if (options.wait > 0) await sleep(options.wait, undefined, { signal });
        if (number === options['fail-at']) throw new Error('no further than ' + number);
        report({ type: 'progress', done: number, total: options.count, unit: 'numbers' });
        yield number;
      }
      logger.warn('counted all of them');
      report({ type: 'metric', scope: 'final', values: { highest: options.count } });
      report({ type: 'artifact', name: 'numbers', path: await run.path('numbers.txt') });
    }),
  }),
});
`;

const pipeline = `sluice: 1
name: tiny
stages:
  count: { uses: tiny-numbers, with: { count: 3 } }
tests:
  - { stage: count, given: {}, expect: { numbers: [1, 2, 3] } }
`;

/** Has the stages that a recipe has, each in little. */
const recipe = `sluice: 1
name: tiny-recipe
vars: { data: nowhere }
stages:
  train: { uses: tiny-numbers, with: { count: 2 } }
  stop: { uses: tiny-numbers }
  test: { uses: tiny-numbers }
  export: { uses: tiny-numbers }
  quantize: { uses: tiny-numbers }
profiles:
  fast: { stages: { stop: { with: { count: 1 } } } }
  trained: { vars: { checkpoint: nothing } }
  predict: { stages: { predict: { uses: tiny-numbers } } }
`;

export interface TinyProject {
  readonly folder: string;
  readonly pipeline: string;
  /** Writes another pipeline file beside the first and returns its path. */
  readonly write: (name: string, text: string) => string;
  readonly remove: () => void;
}

/** A folder with a pipeline file and one installed stage package, as a user of this package has it. */
export function tinyProject(): TinyProject {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'tiny-')));
  const write = (name: string, text: string): string => {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  };
  write('package.json', JSON.stringify({ name: 'tiny', sluice: { stages: ['tiny-numbers'] } }));
  write(
    'node_modules/tiny-numbers/package.json',
    JSON.stringify({ name: 'tiny-numbers', version: '1.0.0', type: 'module', exports: './index.js' }),
  );
  write('node_modules/tiny-numbers/index.js', stage);
  write('recipe.yaml', recipe);
  // Safetensors without a tensor: the stages above do not look into it.
  write('decoder.safetensors', `\u0002${'\0'.repeat(7)}{}`);
  mkdirSync(path.join(folder, 'node_modules/@sluice'));
  const core = fileURLToPath(new URL('../../../core', import.meta.url));
  symlinkSync(core, path.join(folder, 'node_modules/@sluice/core'), 'junction');
  return {
    folder,
    pipeline: write('pipeline.yaml', pipeline),
    write,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
