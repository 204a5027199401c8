import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isNearStage } from './is-stage.js';

/** What a package is expected to export once. */
export interface Kind {
  /** `stage`, `service`. */
  readonly noun: string;
  /** The function that makes it. */
  readonly made: string;
  /** Why a value is none; `undefined` where it is one. */
  readonly faultOf: (value: unknown) => string | undefined;
}

export type LoadedPackage =
  | { readonly kind: 'loaded'; readonly value: unknown; readonly file: string }
  | { readonly kind: 'not-installed'; readonly folder: string }
  | { readonly kind: 'bad'; readonly reason: string };

/** Imports the package as `folder` sees it and takes the one export that is of a kind. Whoever calls has made sure that it is allowed. */
export async function loadPackage(name: string, folder: string, kind: Kind): Promise<LoadedPackage> {
  const file = resolvePackage(name, folder) ?? (await resolveImportOnly(name, folder));
  if (file === undefined) return { kind: 'not-installed', folder };
  let exported: Readonly<Record<string, unknown>>;
  try {
    exported = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (error) {
    return { kind: 'bad', reason: `importing it failed: ${error instanceof Error ? error.message : String(error)}` };
  }
  return onlyExport(exported, file, kind);
}

function onlyExport(exported: Readonly<Record<string, unknown>>, file: string, kind: Kind): LoadedPackage {
  const { noun, made, faultOf } = kind;
  const faults = Object.entries(exported).map(([key, value]) => ({ key, value, fault: faultOf(value) }));
  const sound = faults.filter(({ fault }) => fault === undefined);
  const [first] = sound;
  if (sound.length > 1) {
    const keys = sound.map(({ key }) => key).join(', ');
    return { kind: 'bad', reason: `it exports ${String(sound.length)} ${noun}s (${keys}); one is expected` };
  }
  if (first !== undefined) return { kind: 'loaded', value: first.value, file };
  const near = faults.find(({ value }) => isNearStage(value));
  if (near === undefined) return { kind: 'bad', reason: `it exports no ${noun} made with ${made}` };
  return { kind: 'bad', reason: `its export "${near.key}" ${near.fault ?? ''}` };
}

/** The package's entry as `require` finds it from a file in `folder`. */
export function resolvePackage(name: string, folder: string): string | undefined {
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
