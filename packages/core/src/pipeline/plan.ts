import type { ContainerModule } from 'inversify';
import type { StageExecution } from '../items/stage-execution.js';
import type { PackageIdentity } from '../registry/package-identity.js';
import type { PortReference } from '../run/run-graph.js';
import type { AnyStage } from '../stage/any-stage.js';
import type { ServiceIdentities } from './check-services.js';
import type { Diagnostic } from './diagnostic.js';
import type { PlainValue } from './located-node.js';
import type { FilePosition } from './source-text.js';
import type { ValueOrigin } from './value-origins.js';

/** A pipeline that is known to be sound, ready to run. */
export interface PipelinePlan {
  /** Absolute path of the pipeline file. */
  readonly file: string;
  /** SHA-256 (hex) of its bytes; of all files' digests where it extends others. */
  readonly digest: string;
  readonly name: string;
  readonly seed: number;
  /** In an order in which every stage stands behind those that feed it, feedback aside. */
  readonly stages: readonly PlannedStage[];
  /** The choice for every service that offers one. */
  readonly services: Readonly<Record<string, string>>;
  /** The package of each service that comes in one. */
  readonly servicePackages: Readonly<Record<string, PackageIdentity>>;
  readonly serviceIdentities?: ServiceIdentities;
  /** Bindings of these choices, imported when a run needs them. */
  readonly modules: readonly (() => Promise<ContainerModule>)[];
  /** Of a log writer from a package: it is there before the other services and stays until they are closed. */
  readonly logModule?: (() => Promise<ContainerModule>) | undefined;
  /** Tests of single stages. */
  readonly tests: readonly PlannedTest[];
  /** The file with all that it extends, profile, environment, overrides, variables and defaults put in. It runs as it is. */
  readonly resolved: Readonly<Record<string, unknown>>;
  /** Where each value of `resolved` came from. */
  readonly origins: () => readonly ValueOrigin[];
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

/** One entry of the `tests` block. */
export interface PlannedTest {
  readonly name: string;
  /** Id of the stage that is tested. */
  readonly stage: string;
  /** The stage's options with the test's laid over them, checked, with defaults and absolute paths. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Items by input port. */
  readonly given: Readonly<Record<string, readonly TestItem[]>>;
  /** Items by output port. */
  readonly expect: Readonly<Record<string, readonly TestItem[]>>;
  readonly place: FilePosition;
}

export interface TestItem {
  readonly value: PlainValue;
  readonly place: FilePosition;
}

/** One point of a sweep; of a file without a `matrix`, the only one. */
export interface PipelinePoint {
  /** Made of the values and safe as a folder's name: `lr=1e-5,loss=sam`. Empty for a file without a `matrix`. */
  readonly name: string;
  /** By path; empty for a file without a `matrix`. */
  readonly values: Readonly<Record<string, PlainValue>>;
  readonly plan: PipelinePlan;
}

export interface CheckedPipeline {
  /** Missing where there is an error. Of a sweep, the first point's. */
  readonly plan: PipelinePlan | undefined;
  /** All points of a sweep, else one; none where there is an error. */
  readonly points: readonly PipelinePoint[];
  /** In order of line and column. */
  readonly diagnostics: readonly Diagnostic[];
}
