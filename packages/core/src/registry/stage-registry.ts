import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AnyStage } from '../stage/any-stage.js';
import { schemaFault } from '../options/schema-fault.js';
import { isNearStage, stageFault } from './is-stage.js';
import { nearestPackageJson, packageIdentity, type PackageIdentity } from './package-identity.js';

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

const PACKAGE_NAME = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;

/**
 * Finds stages for the pipeline file in `folder`: bundled ones by short name, others by npm package name, installed where the
 * pipeline lies. A package must be listed under `"sluice": { "stages": [...] }` in the nearest package.json, so that a YAML file
 * alone never decides what code is imported.
 */
export function stageRegistry(folder: string, bundled: BundledStages): StageRegistry {
  let listed: Promise<Allowed> | undefined;
  const allowed = (): Promise<Allowed> => (listed ??= readAllowed(folder));
  const lookups = new Map<string, Promise<StageLookup>>();
  const find = async (uses: string): Promise<StageLookup> => {
    const entry = Object.hasOwn(bundled, uses) ? bundled[uses] : undefined;
    if (entry !== undefined) return loadBundled(entry);
    if (/^\.{0,2}[\\/]|^[A-Za-z]:|^file:/.test(uses)) return { kind: 'relative' };
    const { stages, packageJson } = await allowed();
    if (stages.includes(uses)) return loadPackage(uses, folder);
    const installed = PACKAGE_NAME.test(uses) && (uses.startsWith('@') || resolvePackage(uses, folder) !== undefined);
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

interface Allowed {
  readonly stages: readonly string[];
  readonly packageJson: string;
}

async function readAllowed(folder: string): Promise<Allowed> {
  const found = await nearestPackageJson(folder);
  const section = found?.content['sluice'] as { readonly stages?: unknown } | undefined;
  const stages = Array.isArray(section?.stages) ? section.stages : [];
  return {
    stages: stages.filter((name) => typeof name === 'string' && PACKAGE_NAME.test(name)) as string[],
    packageJson: found?.path ?? join(folder, 'package.json'),
  };
}

async function loadBundled(entry: (() => Promise<AnyStage>) | BundledStage): Promise<StageLookup> {
  const identity = typeof entry === 'function' ? undefined : entry.package;
  const definition = await (typeof entry === 'function' ? entry() : entry.load());
  return { kind: 'found', definition, package: identity };
}

async function loadPackage(name: string, folder: string): Promise<StageLookup> {
  const file = resolvePackage(name, folder) ?? (await resolveImportOnly(name, folder));
  if (file === undefined) return { kind: 'not-installed', folder };
  let exported: Readonly<Record<string, unknown>>;
  try {
    exported = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (error) {
    return { kind: 'bad', reason: `importing it failed: ${error instanceof Error ? error.message : String(error)}` };
  }
  const faults = Object.entries(exported).map(([key, value]) => ({ key, value, fault: stageFault(value) }));
  const stages = faults.filter(({ fault }) => fault === undefined);
  const [stage] = stages;
  if (stages.length > 1) {
    return {
      kind: 'bad',
      reason: `it exports ${String(stages.length)} stages (${stages.map(({ key }) => key).join(', ')}); one is expected`,
    };
  }
  if (stage === undefined) {
    const near = faults.find(({ value }) => isNearStage(value));
    const reason =
      near === undefined ? 'it exports no stage made with defineStage' : `its export "${near.key}" ${near.fault ?? ''}`;
    return { kind: 'bad', reason };
  }
  const definition = stage.value as AnyStage;
  const fault = schemaFault(definition.options);
  if (fault !== undefined) return { kind: 'bad', reason: `its options are no JSON Schema: ${fault}` };
  return { kind: 'found', definition, package: await packageIdentity(file) };
}

function resolvePackage(name: string, folder: string): string | undefined {
  try {
    return createRequire(join(folder, 'pipeline.yaml')).resolve(name);
  } catch {
    return undefined;
  }
}

/** `require.resolve` does not see an entry that is exported under the condition `import` alone. */
async function resolveImportOnly(name: string, folder: string): Promise<string | undefined> {
  for (let current = folder; ; current = dirname(current)) {
    const root = join(current, 'node_modules', name);
    const entry = await importEntry(join(root, 'package.json'));
    if (entry !== undefined) return join(root, entry);
    if (dirname(current) === current) return undefined;
  }
}

async function importEntry(packageJson: string): Promise<string | undefined> {
  try {
    const { exports } = JSON.parse(await readFile(packageJson, 'utf8')) as { readonly exports?: unknown };
    let entry: unknown = (exports as { readonly '.'?: unknown } | undefined)?.['.'] ?? exports;
    while (typeof entry === 'object' && entry !== null) {
      const conditions = entry as Readonly<Record<string, unknown>>;
      entry = conditions['import'] ?? conditions['node'] ?? conditions['default'];
    }
    return typeof entry === 'string' && entry.startsWith('./') && !entry.includes('..') ? entry : undefined;
  } catch {
    return undefined;
  }
}
