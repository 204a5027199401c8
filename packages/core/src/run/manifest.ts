import type { KeyParts } from '../items/key-parts.js';
import type { PackageIdentity } from '../registry/package-identity.js';
import type { EdgeStatistics } from './run-event.js';

/** `manifest.json`: what ran, on what, and how it ended. */
export interface Manifest {
  readonly run: string;
  readonly status: 'running' | 'succeeded' | 'failed' | 'cancelled';
  readonly startedAt: string;
  readonly endedAt?: string;
  /** Since it was started, or resumed for the last time. */
  readonly seconds?: number;
  /** Each time that it was taken up again. */
  readonly resumed?: readonly { readonly at: string }[];
  /** Who does, or did, it. */
  readonly process: { readonly pid: number; readonly host: string };
  readonly pipeline: { readonly name: string; readonly file: string; readonly sha256: string };
  readonly seed: number;
  readonly sluice: PackageIdentity | undefined;
  readonly node: string;
  readonly platform: string;
  readonly cpus: number;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly services: Readonly<Record<string, string>>;
  readonly stages: Readonly<Record<string, ManifestStage>>;
  /** Sums of `counted` events over all stages. */
  readonly counts: Readonly<Record<string, number>>;
  readonly artifacts: readonly { readonly stage: string; readonly name: string; readonly path: string }[];
  readonly edges: readonly EdgeStatistics[];
  readonly error?: { readonly stage?: string; readonly code?: string; readonly message: string };
}

export interface ManifestStage {
  readonly uses: string;
  readonly package: PackageIdentity | undefined;
  readonly seconds?: number;
  readonly counts: Readonly<Record<string, number>>;
  /** Items that were read but not used, by reason. */
  readonly skipped: Readonly<Record<string, number>>;
  /** Of a pure stage: how many results were there, and how many were made. */
  readonly cache?: { readonly hits: number; readonly misses: number };
  /** What the keys of its results are made of. */
  readonly key?: KeyParts;
  /** Items that were given up; `dead-letters.jsonl` lists them. */
  readonly deadLetters?: number;
}
