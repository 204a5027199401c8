import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { sluice } from '../testing/sluice.js';
import { tinyProject } from '../testing/tiny-project.js';

/** Asks for the engine, and says its name. */
const stage = `
import { defineContract, defineStage, fromPull } from '@sluice/core';
const Name = defineContract('Name', 'A name.');
export const asks = defineStage({
  type: 'asks',
  summary: 'Asks for the engine.',
  inputs: {},
  outputs: { name: Name },
  options: { type: 'object', properties: {} },
  services: { engine: Symbol.for('sluice.TensorEngine') },
  create: (_options, { engine }, { logger }) => () => ({
    name: fromPull(async function* () {
      logger.info('engine ' + engine.name);
      yield engine.name;
    }),
  }),
});
`;

const drivers = process.env['VK_DRIVER_FILES'];
afterEach(() => {
  if (drivers === undefined) delete process.env['VK_DRIVER_FILES'];
  else process.env['VK_DRIVER_FILES'] = drivers;
});

describe("a run's manifest says what computed, and why,", () => {
  const project = tinyProject();
  afterAll(() => {
    project.remove();
  });
  project.write('package.json', JSON.stringify({ name: 'tiny', sluice: { stages: ['tiny-numbers', 'asks'] } }));
  project.write('node_modules/asks/index.js', stage);
  const identity = { name: 'asks', version: '1.0.0', type: 'module', exports: './index.js' };
  project.write('node_modules/asks/package.json', JSON.stringify(identity));

  async function runWith(services: string, uses = 'asks') {
    const file = project.write('asks.yaml', `sluice: 1\nname: asks\nservices: ${services}\nstages: { a: { uses: ${uses} } }\n`); // prettier-ignore
    const runs = path.join(project.folder, 'runs');
    const { code, out, err } = await sluice('run', file, '--runs-dir', runs, '--json', '--quiet');
    expect(code, err).toBe(0);
    const { folder } = JSON.parse(out) as { folder: string };
    const text = (name: string) => readFileSync(path.join(folder, name), 'utf8');
    const manifest = JSON.parse(text('manifest.json')) as { services: unknown; serviceFacts: { engine?: unknown } };
    const shown = await sluice('runs', 'show', folder);
    return { manifest, log: text('log.jsonl'), shown: shown.out };
  }

  it('of onnxruntime on the processor', async () => {
    const { manifest, shown } = await runWith('{}');
    const version = expect.stringMatching(/^onnxruntime-node \d+\.\d+\.\d+$/) as string;
    expect(manifest.serviceFacts).toEqual({ engine: { provider: 'cpu', package: version, why: 'it is the default' } });
    expect(manifest.services).toMatchObject({ engine: 'onnxruntime' });
    expect(shown).toMatch(/engine +cpu, onnxruntime-node \d.*, it is the default/);
  });

  it('of the provider that auto took', async () => {
    process.env['VK_DRIVER_FILES'] = '/nowhere.json'; // no GPU for WebGPU, whatever this machine has
    const { manifest, log } = await runWith('{ engine: { name: onnxruntime, provider: auto } }');
    const { provider, why } = manifest.serviceFacts.engine as { provider: string; why: string };
    expect(why).toMatch(/^cuda: /);
    expect(log).toContain(JSON.stringify(`onnxruntime computes on ${provider}: ${why}`).slice(1, -1));
  });

  it("of TensorFlow.js's backend, which the file leaves open", async () => {
    const { manifest, log } = await runWith('{ engine: tfjs }');
    const { backend, package: name, why } = manifest.serviceFacts.engine as Record<string, string>;
    expect(['tensorflow', 'wasm', 'cpu']).toContain(backend);
    expect(name).toMatch(/^@tensorflow\/tfjs-\S+ \d+\.\d+\.\d+/);
    expect(why).toContain('@tensorflow/tfjs-node-gpu: not installed');
    expect(log).toContain(name);
    expect(manifest.services).toMatchObject({ engine: 'tfjs' });
  });

  it('of nothing where no stage computes', async () => {
    expect((await runWith('{}', 'tiny-numbers')).manifest.serviceFacts).toEqual({});
  });
});
