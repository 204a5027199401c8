import { findService, readAllowList } from '@sluice/core';
import { serviceChoices } from '../composition.js';
import { formatTable } from '../progress/format-table.js';
import { describeOptions, type OptionSchema } from '../stages/describe-options.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import type { Terminal } from './terminal.js';

interface ListedService {
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

/** `sluice services`: what `services:` of a pipeline file in the working folder can name. */
export async function servicesCommand({ json }: { readonly json?: boolean }, terminal: Terminal): Promise<ExitCode> {
  const services = [...bundled(), ...(await allowed(process.cwd()))];
  if (json) terminal.out(`${JSON.stringify(services, undefined, 2)}\n`);
  else {
    const rows = services.map((each) => [each.service ?? '?', each.choice, aboutOf(each)]);
    terminal.out(`${formatTable([['service', 'choice', ''], ...rows])}\n`);
  }
  return exitCodes.ok;
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

function aboutOf({ default: isDefault, summary, options, package: from, problem }: ListedService): string {
  if (problem !== undefined) return `can't be used: ${problem}`;
  if (isDefault) return 'the default';
  const version = from === null ? '' : ` (${from.version})`;
  return `${summary}${version}${options.length === 0 ? '' : `; options: ${options.join(', ')}`}`;
}
