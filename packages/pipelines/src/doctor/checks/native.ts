import { existsSync } from 'node:fs';
import { providerHelp } from '../../services/provider-help.js';
import type { Check, Finding } from '../check.js';
import { probe, type ProbeResult } from '../probe.js';

const reinstall =
  'delete node_modules and install again on this machine (packages with binaries are not to be copied between systems)';

/** What every run that encodes or trains needs. */
export const cpuEngineCheck: Check = {
  name: 'onnxruntime',
  run: async () =>
    required(await probe('onnxruntime', 'cpu'), ({ version }) => `${String(version)}, computes on the CPU`),
};

export const codecCheck: Check = {
  name: 'sharp',
  run: async () => required(await probe('sharp'), ({ versions }) => pairs(versions)),
};

/** Providers that a pipeline can ask for: never a failure, but a GPU whose provider doesn't work is worth a word. */
export const providerCheck = (provider: 'cuda' | 'webgpu'): Check => ({
  name: `onnxruntime ${provider}`,
  run: async () => providerFinding(provider, await probe('onnxruntime', provider), hasNvidia()),
});

export function providerFinding(provider: 'cuda' | 'webgpu', result: ProbeResult, nvidia: boolean): Finding {
  if ('value' in result) {
    const time = Number(result.value['milliseconds']);
    const speed = Number.isFinite(time) ? `; four products of 512x512 matrices take ${time.toFixed(1)} ms` : '';
    return { state: 'ok', found: `works, on request: engine: { name: onnxruntime, provider: ${provider} }${speed}` };
  }
  const reason = `not available: ${result.error}`;
  if (provider === 'webgpu' || !nvidia) return { state: 'ok', found: `${reason}; not needed, the CPU is the default` };
  return { state: 'warning', found: reason, advice: providerHelp(provider) };
}

function required(result: ProbeResult, words: (value: Readonly<Record<string, unknown>>) => string): Finding {
  if ('value' in result) return { state: 'ok', found: words(result.value) };
  return { state: 'failed', found: result.error, advice: reinstall };
}

const pairs = (versions: unknown): string =>
  Object.entries(versions as Readonly<Record<string, string>>)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');

/** Without asking the driver, which may hang. */
const hasNvidia = (): boolean =>
  process.platform === 'win32'
    ? existsSync(`${process.env['SystemRoot'] ?? 'C:\\Windows'}\\System32\\nvcuda.dll`)
    : existsSync('/proc/driver/nvidia/version') || existsSync('/dev/nvidiactl');
