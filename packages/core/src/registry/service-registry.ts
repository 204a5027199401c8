import { schemaFault } from '../options/schema-fault.js';
import type { AnyService } from '../services/define-service.js';
import { isPackageName, isPath, readAllowList } from './allow-list.js';
import { serviceFault } from './is-service.js';
import { loadPackage, resolvePackage } from './load-package.js';
import { packageIdentity, type PackageIdentity } from './package-identity.js';

export interface FoundService {
  readonly kind: 'found';
  readonly definition: AnyService;
  readonly package: PackageIdentity | undefined;
}

export type ServiceLookup =
  | FoundService
  /** No package that could be meant: a misspelt choice. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'relative' }
  | { readonly kind: 'not-allowed'; readonly packageJson: string }
  | { readonly kind: 'not-installed'; readonly folder: string }
  | { readonly kind: 'bad'; readonly reason: string };

/** The service package that a pipeline file in `folder` names, imported only where `"sluice": { "services": [...] }` lists it. */
export async function findService(name: string, folder: string): Promise<ServiceLookup> {
  if (isPath(name)) return { kind: 'relative' };
  const { services, packageJson } = await readAllowList(folder);
  if (!services.includes(name)) {
    const installed = isPackageName(name) && (name.startsWith('@') || resolvePackage(name, folder) !== undefined);
    return installed ? { kind: 'not-allowed', packageJson } : { kind: 'unknown' };
  }
  const loaded = await loadPackage(name, folder, { noun: 'service', made: 'defineService', faultOf: serviceFault });
  if (loaded.kind !== 'loaded') return loaded;
  const definition = loaded.value as AnyService;
  const fault = schemaFault(definition.options);
  if (fault !== undefined) return { kind: 'bad', reason: `its options are no JSON Schema: ${fault}` };
  return { kind: 'found', definition, package: await packageIdentity(loaded.file) };
}
