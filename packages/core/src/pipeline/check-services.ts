import type { TObject } from '@sinclair/typebox';
import type { ContainerModule } from 'inversify';
import { checkOptions } from '../options/check-options.js';
import type { PackageIdentity } from '../registry/package-identity.js';
import { findService, type FoundService, type ServiceLookup } from '../registry/service-registry.js';
import { bindService } from '../services/bind-service.js';
import { LOG_WRITER } from '../services/tokens.js';
import { checkWith } from './check-stage-options.js';
import { emptyMap, entryOf, type LocatedEntry, type LocatedMap, type LocatedNode } from './located-node.js';
import { problem, type Report } from './problem.js';
import { textOf } from './resolve-stages.js';
import type { Place } from './source-text.js';
import { suggestion } from './suggest.js';

type LoadModule = () => Promise<ContainerModule>;

type Options = Readonly<Record<string, unknown>>;

/** A bundled choice that takes options. */
export interface BundledService {
  /** One sentence for `sluice services`. */
  readonly summary: string;
  /** TypeBox object, as a stage's options; what is not set must do. */
  readonly options: TObject;
  readonly load: (options: Options) => Promise<ContainerModule>;
  /** What cache keys hold of it, where options or the machine decide about results. @default the name of the choice */
  readonly identity?: (options: Options) => string | Promise<string>;
}

/** Bindings by service and choice, imported when a run needs them; the first choice of a service is its default. */
export type ServiceChoices = Readonly<Record<string, Readonly<Record<string, LoadModule | BundledService>>>>;

export interface CheckedServices {
  /** The choice for every service: the file's, else the first. A package is named as it is. */
  readonly services: Readonly<Record<string, string>>;
  readonly servicePackages: Readonly<Record<string, PackageIdentity>>;
  readonly serviceIdentities: ServiceIdentities;
  readonly modules: readonly LoadModule[];
  /** Of a log writer that comes in a package. */
  readonly logModule: LoadModule | undefined;
  /** As it stands in the resolved file, options with their defaults. */
  readonly written: Readonly<Record<string, unknown>>;
}

/** By service, of those whose options or machine decide about results: what cache keys hold of it. */
export type ServiceIdentities = Readonly<Record<string, () => string | Promise<string>>>;

/** What a service comes to, for one slot. */
interface Chosen {
  readonly choice: string;
  readonly load: LoadModule;
  readonly written: unknown;
  readonly package?: PackageIdentity | undefined;
  readonly isLogWriter: boolean;
  readonly identity?: () => string | Promise<string>;
}

/** Reads `services:`; a package is imported only where the nearest package.json allows it. */
export async function checkServices(
  root: LocatedMap,
  slots: ServiceChoices,
  folder: string,
  report: Report,
): Promise<CheckedServices> {
  const chosen = new Map<string, Chosen>();
  for (const [name, choices] of Object.entries(slots)) {
    const [first] = Object.entries(choices);
    if (first !== undefined) chosen.set(name, unasked(...first));
  }
  const block = entryOf(root, 'services')?.value;
  const entries = block?.kind === 'map' ? [...block.entries] : [];
  for (const [name, entry] of entries) {
    const choices = Object.hasOwn(slots, name) ? slots[name] : undefined;
    if (choices === undefined) {
      const hint = suggestion(name, Object.keys(slots), 'services');
      report(problem('unknown-service', entry.key, { name }, { hint }));
      continue;
    }
    const choice = await choose(name, entry, choices, folder, report);
    if (choice !== undefined) chosen.set(name, choice);
  }
  const all = [...chosen];
  return {
    services: Object.fromEntries(all.map(([name, { choice }]) => [name, choice])),
    servicePackages: Object.fromEntries(all.flatMap(([name, each]) => (each.package ? [[name, each.package]] : []))),
    serviceIdentities: Object.fromEntries(all.flatMap(([name, { identity }]) => (identity ? [[name, identity]] : []))),
    modules: all.filter(([, { isLogWriter }]) => !isLogWriter).map(([, { load }]) => load),
    logModule: all.find(([, { isLogWriter }]) => isLogWriter)?.[1].load,
    written: Object.fromEntries(all.map(([name, { written }]) => [name, written])),
  };
}

/** The default of a service that the file does not name. */
const unasked = (choice: string, bundled: LoadModule | BundledService): Chosen => {
  const chosen =
    typeof bundled === 'function' ? { load: bundled } : withOptions(bundled, checkOptions(bundled.options, {}).value);
  return { ...chosen, choice, written: choice, isLogWriter: false };
};

const withOptions = ({ load, identity }: BundledService, options: Options): Pick<Chosen, 'load' | 'identity'> => ({
  load: () => load(options),
  ...(identity && { identity: () => identity(options) }),
});

/** Nothing where the entry is wrong, which has been reported. */
async function choose(
  name: string,
  { key, value }: LocatedEntry,
  choices: Readonly<Record<string, LoadModule | BundledService>>,
  folder: string,
  report: Report,
): Promise<Chosen | undefined> {
  const used = value.kind === 'map' ? entryOf(value, 'uses')?.value : value;
  const uses = textOf(used);
  if (used === undefined || uses === undefined) return undefined;
  const bundled = Object.hasOwn(choices, uses) ? choices[uses] : undefined;
  if (bundled !== undefined) return fromBundle(name, uses, bundled, { key, value }, folder, report);
  const lookup = await findService(uses, folder);
  if (lookup.kind !== 'found') {
    reportLookup(name, uses, lookup, Object.keys(choices), used.place, report);
    return undefined;
  }
  return fromPackage(name, uses, lookup, key, value, used.place, folder, report);
}

function fromBundle(
  name: string,
  choice: string,
  bundled: LoadModule | BundledService,
  { key, value }: LocatedEntry,
  folder: string,
  report: Report,
): Chosen {
  const block = entryOf(value, 'with');
  const isSet = block?.value.kind === 'map' && block.value.entries.size > 0;
  if (typeof bundled === 'function') {
    if (isSet) report(problem('no-service-options', block.key, { name, choice }));
    return unasked(choice, bundled);
  }
  if (!isSet) return unasked(choice, bundled);
  const node = value.kind === 'map' ? value : emptyMap(key);
  const options = checkWith({ owner: `service "${choice}"`, options: bundled.options, node, key }, folder, report);
  return { ...withOptions(bundled, options), choice, written: { uses: choice, with: options }, isLogWriter: false };
}

function fromPackage(
  name: string,
  uses: string,
  { definition, package: identity }: FoundService,
  key: Place,
  value: LocatedNode,
  place: Place,
  folder: string,
  report: Report,
): Chosen | undefined {
  const { type, provides, options: schema, token } = definition;
  if (provides !== name) {
    const hint = `write it as "${provides}: ${uses}"`;
    report(problem('wrong-service', place, { uses, provides, name }, { hint }));
    return undefined;
  }
  const node = value.kind === 'map' ? value : emptyMap(key);
  const options = checkWith({ owner: `service "${type}"`, options: schema, node, key }, folder, report);
  return {
    choice: uses,
    load: () => bindService(definition, options),
    written: { uses, with: options },
    package: identity,
    isLogWriter: token === LOG_WRITER,
  };
}

function reportLookup(
  name: string,
  uses: string,
  lookup: Exclude<ServiceLookup, FoundService>,
  choices: readonly string[],
  place: Place,
  report: Report,
): void {
  switch (lookup.kind) {
    case 'unknown': {
      const hint = suggestion(uses, choices, 'choices');
      report(problem('unknown-service-choice', place, { name, choice: uses }, { hint }));
      return;
    }
    case 'relative': {
      const hint = 'make the service an npm package (a workspace package will do) and name that';
      report(problem('relative-service', place, { uses }, { hint }));
      return;
    }
    case 'not-allowed': {
      const hint = `to allow it, add "sluice": { "services": ["${uses}"] } to ${lookup.packageJson}`;
      report(problem('service-not-allowed', place, { uses }, { hint }));
      return;
    }
    case 'not-installed': {
      const hint = `install it with \`npm install ${uses}\` in ${lookup.folder}`;
      report(problem('service-not-installed', place, { uses }, { hint }));
      return;
    }
    case 'bad':
      report(problem('bad-service-package', place, { uses, reason: lookup.reason }));
  }
}
