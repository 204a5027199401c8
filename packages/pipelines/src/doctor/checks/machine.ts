import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import type { Check, Finding } from '../check.js';

const { engines } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  readonly engines: { readonly node: string };
};

export const nodeCheck: Check = { name: 'node', run: () => nodeFinding(process.versions.node, engines.node) };

/** `needed` is of the form `>=20.19`. */
export function nodeFinding(version: string, needed: string): Finding {
  const least = needed.replace('>=', '');
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = least.split('.').map(Number);
  const enough = major > leastMajor || (major === leastMajor && minor >= leastMinor);
  if (enough) return { state: 'ok', found: `${version} (${least} or newer is needed)` };
  return { state: 'failed', found: `${version}, too old`, advice: `install Node ${least} or newer` };
}

/** Platforms that onnxruntime-node has a binary for. */
const platforms = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'win32-x64', 'win32-arm64'];

export const platformCheck: Check = {
  name: 'platform',
  run: () => {
    const { glibcVersionRuntime: glibc } = (
      process.report.getReport() as { readonly header: { readonly glibcVersionRuntime?: string } }
    ).header;
    return platformFinding(`${process.platform}-${process.arch}`, `${type()} ${release()}`, glibc);
  },
};

export function platformFinding(platform: string, system: string, glibc: string | undefined): Finding {
  const linux = platform.startsWith('linux-');
  const found = `${platform}, ${system}${glibc === undefined ? '' : `, glibc ${glibc}`}`;
  if (!platforms.includes(platform)) {
    return { state: 'failed', found, advice: `onnxruntime-node runs on ${platforms.join(', ')}` };
  }
  if (linux && glibc === undefined) {
    return {
      state: 'failed',
      found: `${found}, no glibc`,
      advice: 'use a distribution with glibc (Debian, not Alpine)',
    };
  }
  return { state: 'ok', found };
}

export const cpuCheck: Check = {
  name: 'cpu',
  run: () => cpuFinding(availableParallelism(), cpus()[0]?.model.trim() ?? ''),
};

export function cpuFinding(usable: number, model: string): Finding {
  const found = `${usable} usable${model === '' || model === 'unknown' ? '' : `, ${model}`}`;
  return usable > 1
    ? { state: 'ok', found }
    : { state: 'warning', found, advice: 'training takes about twice as long as on two' };
}

const gibibyte = 2 ** 30;

export const memoryCheck: Check = {
  name: 'memory',
  run: () => {
    const limit = process.constrainedMemory();
    const total = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
    return memoryFinding(process.availableMemory(), total);
  },
};

/** Fine-tuning the bundled model peaks below 2 GiB. */
export function memoryFinding(available: number, total: number): Finding {
  const found = `${gibibytes(available)} available of ${gibibytes(total)}`;
  if (available >= 2 * gibibyte) return { state: 'ok', found };
  return {
    state: 'warning',
    found,
    advice: 'fine-tuning needs about 2 GiB: end other programs, or give the container more',
  };
}

const gibibytes = (bytes: number): string => `${(bytes / gibibyte).toFixed(1)} GiB`;
