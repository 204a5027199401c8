import { availableParallelism } from 'node:os';
import { isAbsolute, join, relative } from 'node:path';
import { concatMap, filter, lastValueFrom, map, tap } from 'rxjs';
import { writeFileAtomic } from '../../files/write-file-atomic.js';
import { causesText } from '../../errors/causes.js';
import type { KeyParts } from '../../items/cache-record.js';
import type { PackageRecord } from '../../registry/package-integrity.js';
import { processMark, type ProcessMark } from '../process-mark.js';
import type { EdgeStatistics, RunEvent } from '../run-event.js';
import type { ObservedRun, RunObserver } from './run-observer.js';

/** `manifest.json`: what ran, on what, and how it ended. Written when the run starts, when its services are known, and when it ends. */
export interface Manifest {
  readonly run: string;
  readonly status: 'running' | 'succeeded' | 'failed' | 'cancelled';
  readonly startedAt: string;
  readonly endedAt?: string;
  /** Since it was started, or resumed for the last time. */
  readonly seconds?: number;
  /** Each time that it was taken up again. */
  readonly resumed?: readonly { readonly at: string }[];
  /** Who writes it: `running` means nothing once this process is gone. Missing in manifests of older releases. */
  readonly process?: ProcessMark;
  readonly pipeline: { readonly name: string; readonly file: string; readonly sha256: string };
  readonly seed: number;
  readonly sluice: PackageRecord | undefined;
  readonly node: string;
  readonly platform: string;
  readonly cpus: number;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly services: Readonly<Record<string, string>>;
  /** What services turned out to be on this machine. Missing in manifests of older releases. */
  readonly serviceFacts?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** The package of each service that comes in one. */
  readonly servicePackages: Readonly<Record<string, PackageRecord>>;
  readonly stages: Readonly<Record<string, ManifestStage>>;
  /** Sums of `counted` events over all stages. */
  readonly counts: Readonly<Record<string, number>>;
  readonly artifacts: readonly { readonly stage: string; readonly name: string; readonly path: string }[];
  readonly edges: readonly EdgeStatistics[];
  readonly error?: { readonly stage?: string; readonly code?: string; readonly message: string };
}

export interface ManifestStage {
  readonly uses: string;
  readonly package: PackageRecord | undefined;
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

export const writeManifest: RunObserver = async (events, observed) => {
  const path = join(observed.run.root, 'manifest.json');
  let manifest = firstManifest(observed);
  const saves = events.pipe(
    tap((event) => (manifest = nextManifest(manifest, event, observed))),
    filter(({ type }) => saved.has(type)),
    map(() => `${JSON.stringify(manifest, undefined, 2)}\n`),
    concatMap((text) => writeFileAtomic(path, text)),
  );
  await lastValueFrom(saves, { defaultValue: undefined });
};

const saved = new Set<RunEvent['type']>(['run-started', 'service-noted', 'run-finished', 'run-failed']);

function firstManifest({
  plan,
  run,
  startedAt,
  before,
  facts,
  sluice,
  packages,
  servicePackages,
}: ObservedRun): Manifest {
  const stages = plan.stages.map(({ id, uses }): [string, ManifestStage] => {
    return [id, { uses, package: packages.get(id), counts: {}, skipped: {} }];
  });
  return {
    run: run.name,
    status: 'running',
    startedAt: before?.startedAt ?? startedAt.toISOString(),
    ...(before && { resumed: [...(before.resumed ?? []), { at: startedAt.toISOString() }] }),
    process: processMark(),
    pipeline: before?.pipeline ?? { name: plan.name, file: plan.file, sha256: plan.digest },
    seed: plan.seed,
    sluice,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    cpus: availableParallelism(),
    facts,
    services: plan.services,
    serviceFacts: {},
    servicePackages: Object.fromEntries(servicePackages),
    stages: Object.fromEntries(stages),
    counts: {},
    artifacts: [],
    edges: [],
  };
}

/** The manifest after one more event. */
export function nextManifest(manifest: Manifest, event: RunEvent, { run, now, startedAt }: ObservedRun): Manifest {
  switch (event.type) {
    case 'service-noted':
      return { ...manifest, serviceFacts: { ...manifest.serviceFacts, [event.service]: event.facts } };
    case 'counted': {
      const counts = added(manifest.counts, event.what, event.count);
      const stages = changed(manifest, event.stage, (stage) => ({
        counts: added(stage.counts, event.what, event.count),
      }));
      return { ...manifest, counts, stages };
    }
    case 'skipped': {
      const stages = changed(manifest, event.stage, (stage) => ({
        skipped: added(stage.skipped, event.reason, event.count ?? 1),
      }));
      return { ...manifest, stages };
    }
    case 'cache-key': {
      const stages = changed(manifest, event.stage, () => ({ key: event.parts, cache: { hits: 0, misses: 0 } }));
      return { ...manifest, stages };
    }
    case 'item-cached': {
      const stages = changed(manifest, event.stage, ({ cache: { hits, misses } = { hits: 0, misses: 0 } }) => ({
        cache: event.outcome === 'hit' ? { hits: hits + 1, misses } : { hits, misses: misses + 1 },
      }));
      return { ...manifest, stages };
    }
    case 'dead-letter': {
      const stages = changed(manifest, event.stage, ({ deadLetters = 0 }) => ({ deadLetters: deadLetters + 1 }));
      return { ...manifest, stages };
    }
    case 'artifact': {
      const path = isAbsolute(event.path) ? relative(run.root, event.path) : event.path;
      return { ...manifest, artifacts: [...manifest.artifacts, { stage: event.stage, name: event.name, path }] };
    }
    case 'stage-finished': {
      const stages = changed(manifest, event.stage, () => ({ seconds: event.milliseconds / 1000 }));
      return { ...manifest, stages };
    }
    case 'run-finished':
      return { ...manifest, ...ended(now(), startedAt), status: 'succeeded', edges: event.edges };
    case 'run-failed': {
      const status = event.cancelled === true ? 'cancelled' : 'failed';
      return { ...manifest, ...ended(now(), startedAt), status, error: errorOf(event.error, event.stage) };
    }
    default:
      return manifest;
  }
}

function ended(endedAt: Date, startedAt: Date): { readonly endedAt: string; readonly seconds: number } {
  return { endedAt: endedAt.toISOString(), seconds: (endedAt.getTime() - startedAt.getTime()) / 1000 };
}

function changed(
  manifest: Manifest,
  id: string,
  change: (stage: ManifestStage) => Partial<ManifestStage>,
): Manifest['stages'] {
  const stage = manifest.stages[id];
  return stage === undefined ? manifest.stages : { ...manifest.stages, [id]: { ...stage, ...change(stage) } };
}

function added(sums: Readonly<Record<string, number>>, key: string, amount: number): Readonly<Record<string, number>> {
  return { ...sums, [key]: (Object.hasOwn(sums, key) ? (sums[key] ?? 0) : 0) + amount };
}

function errorOf(error: unknown, stage: string | undefined): NonNullable<Manifest['error']> {
  const message = causesText(error);
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return { ...(stage === undefined ? {} : { stage }), ...(code === undefined ? {} : { code }), message };
}
