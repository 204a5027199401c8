import { findService, readAllowList } from '@sluice/core';
import { serviceChoices } from '../composition.js';
import { describeOptions, type OptionSchema } from '../stages/describe-options.js';

export interface ListedService {
  /** The key under `services:`; unknown of a package that can't be used. */
  readonly service: string | null;
  /** As it is named there. */
  readonly choice: string;
  readonly from: 'bundled' | 'allowed';
  /** What is taken where the file names nothing. */
  readonly default: boolean;
  readonly summary: string;
  readonly package: { readonly name: string; readonly version: string } | null;
  readonly options: readonly string[];
  readonly problem?: string;
}

/** The bundled choices, then the packages that the nearest package.json allows. */
export async function listServices(folder: string): Promise<readonly ListedService[]> {
  return [...bundled(), ...(await allowed(folder))];
}

function bundled(): readonly ListedService[] {
  return Object.entries(serviceChoices({ cacheDir: '', threads: 1 })).flatMap(([service, choices]) =>
    Object.keys(choices).map((choice, index): ListedService => {
      const nothing = { summary: '', package: null, options: [] };
      return { service, choice, from: 'bundled', default: index === 0, ...nothing };
    }),
  );
}

async function allowed(folder: string): Promise<readonly ListedService[]> {
  const { services } = await readAllowList(folder);
  return Promise.all(
    services.map(async (choice): Promise<ListedService> => {
      const base = { choice, from: 'allowed', default: false } as const;
      const found = await findService(choice, folder);
      if (found.kind !== 'found') {
        const problem = found.kind === 'bad' ? found.reason : `install it with \`npm install ${choice}\` in ${folder}`;
        return { ...base, service: null, summary: '', package: null, options: [], problem };
      }
      const { definition, package: identity } = found;
      return {
        ...base,
        service: definition.provides,
        summary: definition.summary,
        package: identity === undefined ? null : { name: identity.name, version: identity.version },
        options: describeOptions(definition.options as OptionSchema).map(({ name }) => name),
      };
    }),
  );
}
