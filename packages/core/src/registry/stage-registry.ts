import type { AnyStage } from '../stage/any-stage.js';
import { schemaFault } from '../options/schema-fault.js';
import { isPackageName, isPath, readAllowList, type AllowList } from './allow-list.js';
import { stageFault } from './is-stage.js';
import { loadPackage, resolvePackage } from './load-package.js';
import { packageIdentity, type PackageIdentity } from './package-identity.js';

/** How a bundled stage is loaded; `package` goes into the manifest of runs. */
export interface BundledStage {
  readonly load: () => Promise<AnyStage>;
  readonly package: PackageIdentity;
}

/** Stages by short name, each imported when a pipeline uses it. */
export type BundledStages = Readonly<Record<string, (() => Promise<AnyStage>) | BundledStage>>;

export interface FoundStage {
  readonly kind: 'found';
  readonly definition: AnyStage;
  readonly package: PackageIdentity | undefined;
}

export type StageLookup =
  | FoundStage
  | { readonly kind: 'unknown'; readonly known: readonly string[] }
  | { readonly kind: 'relative' }
  | { readonly kind: 'not-allowed'; readonly packageJson: string }
  | { readonly kind: 'not-installed'; readonly folder: string }
  | { readonly kind: 'bad'; readonly reason: string };

export interface StageRegistry {
  /** Short names of the bundled stages, then packages that are allowed here. */
  readonly names: () => Promise<readonly string[]>;
  readonly find: (uses: string) => Promise<StageLookup>;
}

/**
 * Finds stages for the pipeline file in `folder`: bundled ones by short name, others by npm package name, installed where the
 * pipeline lies. A package must be listed under `"sluice": { "stages": [...] }` in the nearest package.json, so that a YAML file
 * alone never decides what code is imported.
 */
export function stageRegistry(folder: string, bundled: BundledStages): StageRegistry {
  let listed: Promise<AllowList> | undefined;
  const allowed = (): Promise<AllowList> => (listed ??= readAllowList(folder));
  const lookups = new Map<string, Promise<StageLookup>>();
  const find = async (uses: string): Promise<StageLookup> => {
    const entry = Object.hasOwn(bundled, uses) ? bundled[uses] : undefined;
    if (entry !== undefined) return loadBundled(entry);
    if (isPath(uses)) return { kind: 'relative' };
    const { stages, packageJson } = await allowed();
    if (stages.includes(uses)) return loadStage(uses, folder);
    const installed = isPackageName(uses) && (uses.startsWith('@') || resolvePackage(uses, folder) !== undefined);
    if (installed) return { kind: 'not-allowed', packageJson };
    return { kind: 'unknown', known: [...Object.keys(bundled), ...stages] };
  };
  return {
    names: async () => [...Object.keys(bundled), ...(await allowed()).stages],
    find: (uses) => {
      const lookup = lookups.get(uses) ?? find(uses);
      lookups.set(uses, lookup);
      return lookup;
    },
  };
}

async function loadBundled(entry: (() => Promise<AnyStage>) | BundledStage): Promise<StageLookup> {
  const identity = typeof entry === 'function' ? undefined : entry.package;
  const definition = await (typeof entry === 'function' ? entry() : entry.load());
  return { kind: 'found', definition, package: identity };
}

async function loadStage(name: string, folder: string): Promise<StageLookup> {
  const loaded = await loadPackage(name, folder, { noun: 'stage', made: 'defineStage', faultOf: stageFault });
  if (loaded.kind !== 'loaded') return loaded;
  const definition = loaded.value as AnyStage;
  const fault = schemaFault(definition.options);
  if (fault !== undefined) return { kind: 'bad', reason: `its options are no JSON Schema: ${fault}` };
  return { kind: 'found', definition, package: await packageIdentity(loaded.file) };
}
