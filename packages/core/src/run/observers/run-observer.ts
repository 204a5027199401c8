import type { Observable } from 'rxjs';
import type { PipelinePlan } from '../../pipeline/plan.js';
import type { PackageRecord } from '../../registry/package-integrity.js';
import type { Logger } from '../../services/logger.js';
import type { RunEvent } from '../run-event.js';
import type { RunFolder } from '../run-folder.js';

/** What the manifest of a resumed run keeps of the one before. */
export interface RunBefore {
  readonly startedAt: string;
  readonly resumed?: readonly { readonly at: string }[];
  readonly pipeline: { readonly name: string; readonly file: string; readonly sha256: string };
}

export interface ObservedRun {
  readonly plan: PipelinePlan;
  readonly run: RunFolder;
  readonly logger: Logger;
  readonly now: () => Date;
  /** When this process began with it. */
  readonly startedAt: Date;
  /** How the run stood, where it is resumed. */
  readonly before: RunBefore | undefined;
  /** This package. */
  readonly sluice: PackageRecord | undefined;
  /** Each stage's package, by the stage's id. */
  readonly packages: ReadonlyMap<string, PackageRecord>;
  /** The package of each service that comes in one, by the service's name. */
  readonly servicePackages: ReadonlyMap<string, PackageRecord>;
  /** Versions and numbers that only the caller knows, for the manifest. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Writes down some of a run's events, which it must subscribe to at once. Resolves when all that it saw is on disk; a rejection fails the run. */
export type RunObserver = (events: Observable<RunEvent>, observed: ObservedRun) => Promise<void>;
