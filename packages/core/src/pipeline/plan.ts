import type { ContainerModule } from 'inversify';
import type { StageExecution } from '../items/stage-execution.js';
import type { PackageIdentity } from '../registry/package-identity.js';
import type { PortReference } from '../run/run-graph.js';
import type { AnyStage } from '../stage/any-stage.js';
import type { Diagnostic } from './diagnostic.js';

/** A pipeline that is known to be sound, ready to run. */
export interface PipelinePlan {
  /** Absolute path of the pipeline file. */
  readonly file: string;
  /** SHA-256 (hex) of its bytes. */
  readonly digest: string;
  readonly name: string;
  readonly seed: number;
  /** In an order in which every stage stands behind those that feed it, feedback aside. */
  readonly stages: readonly PlannedStage[];
  /** The choice for every service that offers one. */
  readonly services: Readonly<Record<string, string>>;
  /** The package of each service that comes in one. */
  readonly servicePackages: Readonly<Record<string, PackageIdentity>>;
  /** Bindings of these choices, imported when a run needs them. */
  readonly modules: readonly (() => Promise<ContainerModule>)[];
  /** Of a log writer from a package: it is there before the other services and stays until they are closed. */
  readonly logModule?: (() => Promise<ContainerModule>) | undefined;
  /** The file with variables, overrides and defaults put in. */
  readonly resolved: Readonly<Record<string, unknown>>;
}

export interface PlannedStage {
  readonly id: string;
  readonly uses: string;
  readonly package: PackageIdentity | undefined;
  readonly definition: AnyStage;
  readonly options: Readonly<Record<string, unknown>>;
  /** How its items are worked on; only of stages that work item by item. */
  readonly execution?: StageExecution;
  /** Producers of each connected input port. */
  readonly inputs: Readonly<Record<string, readonly PortReference[]>>;
}

export interface CheckedPipeline {
  /** Missing where there is an error. */
  readonly plan: PipelinePlan | undefined;
  /** In order of line and column. */
  readonly diagnostics: readonly Diagnostic[];
}
