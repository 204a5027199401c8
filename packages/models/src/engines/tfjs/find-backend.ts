import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { modelErrors } from '../../errors.js';
import { builtFile } from '../worker/worker-channel.js';
import type { BackendEntry, TfjsBackend } from './load-backend.js';

/** A backend that computes on this machine. */
export interface FoundBackend extends BackendEntry {
  readonly package: string;
  readonly version: string;
  /** Those that were tried before it, and why each was not taken. */
  readonly passedOver: readonly PassedOver[];
}

export interface PassedOver {
  readonly package: string;
  /** False: it is there, but does not work. */
  readonly missing: boolean;
  readonly reason: string;
}

export interface FindBackendOptions {
  /** Folder whose packages come first; those beside this package come after. @default the working folder */
  readonly root?: string | undefined;
  /** Folder with a native build in its `node_modules`: it alone is taken. @default the environment's SLUICE_TFJS_NODE */
  readonly native?: string | undefined;
  /** @default the first that works, in the order tensorflow, wasm, cpu */
  readonly backend?: TfjsBackend | undefined;
}

/** What a probing process prints before its result: native libraries write to stdout what they like. */
export const probeMark = 'sluice-tfjs ';

interface Candidate {
  readonly package: string;
  readonly backend: TfjsBackend;
}

/** Fastest first. */
const candidates: readonly Candidate[] = [
  { package: '@tensorflow/tfjs-node-gpu', backend: 'tensorflow' },
  { package: '@tensorflow/tfjs-node', backend: 'tensorflow' },
  { package: '@tensorflow/tfjs-backend-wasm', backend: 'wasm' },
  { package: '@tensorflow/tfjs-backend-cpu', backend: 'cpu' },
];

/**
 * The first of TensorFlow.js's packages that is installed and computes. Each is tried in a process of its own, because a native library
 * that doesn't suit the machine ends the process that loads it. Throws `models/NO_TFJS`.
 */
export async function findBackend(options: FindBackendOptions = {}): Promise<FoundBackend> {
  const { root = process.cwd(), native = process.env['SLUICE_TFJS_NODE'] || undefined, backend } = options;
  const asked = candidates.filter((each) =>
    backend !== undefined ? each.backend === backend : native === undefined || each.backend === 'tensorflow',
  );
  const passedOver: PassedOver[] = [];
  for (const candidate of asked) {
    const folders =
      native !== undefined && candidate.backend === 'tensorflow' ? [native] : [root, fileURLToPath(import.meta.url)];
    const file = resolveFrom(candidate.package, folders);
    if (file === undefined) {
      const where = folders.length === 1 ? ` in ${path.resolve(native ?? '')}` : '';
      passedOver.push({ package: candidate.package, missing: true, reason: `not installed${where}` });
      continue;
    }
    const probed = await probe({ backend: candidate.backend, file });
    if ('version' in probed) return { ...candidate, file, version: probed.version, passedOver };
    passedOver.push({ package: candidate.package, missing: false, reason: probed.problem });
  }
  throw modelErrors.NO_TFJS({
    tried: passedOver.map((each) => `${each.package} (${each.reason})`),
    folder: native ?? root,
  });
}

/** Which backend it is and why no better one, in a sentence. */
export function describeBackend(found: FoundBackend): string {
  const why = found.passedOver.length === 0 ? '' : ` (${whyBackend(found)})`;
  return `${found.package} ${found.version}${why}`;
}

/** Why it is this one: what was tried before it. */
export const whyBackend = ({ passedOver }: FoundBackend): string =>
  passedOver.length === 0
    ? 'it is the first choice'
    : passedOver.map((each) => `${each.package}: ${each.reason}`).join('; ');

function resolveFrom(name: string, folders: readonly string[]): string | undefined {
  for (const folder of folders) {
    try {
      return createRequire(path.resolve(folder, 'any.js')).resolve(name);
    } catch {
      continue;
    }
  }
  return undefined;
}

const timeout = 60_000;

function probe(entry: BackendEntry): Promise<{ readonly version: string } | { readonly problem: string }> {
  const args = [builtFile('tfjs-probe'), JSON.stringify(entry)];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { timeout, killSignal: 'SIGKILL' }, (failure, stdout) => {
      const line = stdout.split('\n').find((each) => each.startsWith(probeMark));
      if (line !== undefined) {
        resolve(JSON.parse(line.slice(probeMark.length)) as { readonly version: string });
      } else if (failure?.killed) resolve({ problem: `it did not answer within ${String(timeout / 1000)} s` });
      else resolve({ problem: `loading it ended the process with ${failure?.signal ?? String(failure?.code)}` });
    });
  });
}
