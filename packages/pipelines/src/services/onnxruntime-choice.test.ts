import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { tinyProject } from '../testing/tiny-project.js';
import { sluice } from '../testing/sluice.js';
import { chooseProvider } from './choose-provider.js';
import { onnxruntimeChoice } from './onnxruntime-choice.js';

const models = createRequire(createRequire(import.meta.url).resolve('@sluice/models'));
const library = path.join(
  path.dirname(models.resolve('onnxruntime-node/package.json')),
  'bin/napi-v6/linux/x64/libonnxruntime_providers_cuda.so',
);
const isPlain = process.platform === 'linux' && process.arch === 'x64' && !existsSync(library);

const drivers = process.env['VK_DRIVER_FILES'];
afterEach(() => {
  if (drivers === undefined) delete process.env['VK_DRIVER_FILES'];
  else process.env['VK_DRIVER_FILES'] = drivers;
});

describe("onnxruntime's provider", () => {
  it('is the CPU by default, under the name that cache keys have always had', async () => {
    expect(await onnxruntimeChoice(undefined).identity!({ provider: 'cpu' })).toBe('onnxruntime');
  });

  it.skipIf(!isPlain)('that is named and does not work is an error with what it needs', async () => {
    await expect(chooseProvider('cuda')).rejects.toMatchObject({
      code: 'pipelines/NO_PROVIDER',
      message: expect.stringMatching(
        /"cuda" does not work here \(.+\): .*libonnxruntime_providers_cuda\.so.*`sluice doctor`/,
      ) as string,
    });
    expect(await onnxruntimeChoice(2).identity!({ provider: 'cuda' })).toBe('onnxruntime-cuda');
  });

  it.skipIf(!isPlain)('is the CPU where auto finds nothing better, and it says why', async () => {
    process.env['VK_DRIVER_FILES'] = '/nowhere.json'; // no GPU for WebGPU, whatever this machine has
    const chosen = await chooseProvider('auto');
    expect(chosen).toMatchObject({
      provider: 'cpu',
      why: expect.stringMatching(/^cuda: .+; webgpu: .*adapter/) as string,
    });
    expect(await chooseProvider('auto')).toBe(chosen);
  });

  it('is checked in the pipeline file, with its place', async () => {
    const project = tinyProject();
    const head = 'sluice: 1\nname: t\nservices: ';
    const stages = '\nstages: { count: { uses: tiny-numbers, with: { count: 3 } } }\n';
    const bad = project.write(
      'bad.yaml',
      `${head}{ engine: { name: onnxruntime, provider: wepgpu, threads: 0 } }${stages}`,
    );
    const good = project.write(
      'good.yaml',
      `${head}{ engine: { name: onnxruntime, provider: cpu, threads: 2 } }${stages}`,
    );
    const { code, out, err } = await sluice('validate', bad);
    expect(code).not.toBe(0);
    expect(out + err).toMatch(/bad\.yaml:3:52 wrong-value provider must be .+\n.+\n.+\n +did you mean "webgpu"\?/);
    expect(out + err).toMatch(/bad\.yaml:3:69 wrong-value threads must be >= 1, not 0/);
    expect((await sluice('validate', good)).code).toBe(0);
    project.remove();
  });
});
