// Tests WebGPU where there is no GPU: on SwiftShader, Vulkan by software, which Debian's `chromium` brings along. Takes about a minute.
// With a real GPU, `SLUICE_WEBGPU=1 npx vitest run packages/models/src/{engines,ops}` does the same.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runCommand, tool } from './lib/run-command.mjs';
import { setUp } from './setup.mjs';

const browser = ['/usr/lib/chromium', '/usr/lib64/chromium-browser'].find((folder) =>
  existsSync(path.join(folder, 'vk_swiftshader_icd.json')),
);
if (browser === undefined) {
  console.log('webgpu: skipped, for there is no SwiftShader; `apt install chromium` brings it');
  process.exit(0);
}

await setUp();
const runtime = mkdtempSync(path.join(tmpdir(), 'sluice-webgpu-'));
const env = {
  ...process.env,
  SLUICE_WEBGPU: '1',
  VK_DRIVER_FILES: path.join(browser, 'vk_swiftshader_icd.json'),
  // The browser has a Vulkan loader, too.
  LD_LIBRARY_PATH: [browser, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':'),
  XDG_RUNTIME_DIR: runtime,
};
const tests = ['engines/onnxruntime/webgpu.test.ts', 'ops/operators.test.ts'].map(
  (file) => `packages/models/src/${file}`,
);
const vitest = tool('vitest', 'run', '--testTimeout=120000', '--testNamePattern=WebGPU', ...tests);
const { code, text } = await runCommand(vitest, { env });
rmSync(runtime, { recursive: true, force: true });
console.log(text);
console.log(`webgpu: ${code === 0 ? 'as the processor' : 'FAILED'}`);
process.exitCode = code === 0 ? 0 : 1;
