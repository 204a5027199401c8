import type { TObject } from '@sinclair/typebox';
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

interface FoundService {
  readonly listed: ListedService;
  /** Of one that takes options. */
  readonly schema: TObject | undefined;
}

/** The bundled choices, then the packages that the nearest package.json allows. */
export const listServices = async (folder: string): Promise<readonly ListedService[]> =>
  (await servicesOf(folder)).map(({ listed }) => listed);

/** The same, with the schemas of their options. */
export async function servicesOf(folder: string): Promise<readonly FoundService[]> {
  return [...bundled(), ...(await allowed(folder))];
}

function bundled(): readonly FoundService[] {
  return Object.entries(serviceChoices({ cacheDir: '' })).flatMap(([service, choices]) =>
    Object.entries(choices).map(([choice, bundled], index) => {
      const { summary, options } = typeof bundled === 'function' ? { summary: '', options: undefined } : bundled;
      const names = options === undefined ? [] : optionNames(options);
      const listed = { service, choice, from: 'bundled', default: index === 0, summary, package: null } as const;
      return { listed: { ...listed, options: names }, schema: options };
    }),
  );
}

async function allowed(folder: string): Promise<readonly FoundService[]> {
  const { services } = await readAllowList(folder);
  return Promise.all(
    services.map(async (choice): Promise<FoundService> => {
      const base = { choice, from: 'allowed', default: false } as const;
      const found = await findService(choice, folder);
      if (found.kind !== 'found') {
        const problem = found.kind === 'bad' ? found.reason : `install it with \`npm install ${choice}\` in ${folder}`;
        const listed = { ...base, service: null, summary: '', package: null, options: [], problem };
        return { listed, schema: undefined };
      }
      const { definition, package: identity } = found;
      const listed = {
        ...base,
        service: definition.provides,
        summary: definition.summary,
        package: identity === undefined ? null : { name: identity.name, version: identity.version },
        options: optionNames(definition.options),
      };
      return { listed, schema: definition.options };
    }),
  );
}

const optionNames = (schema: TObject): readonly string[] =>
  describeOptions(schema as OptionSchema).map(({ name }) => name);
