import { formatTable } from '../progress/format-table.js';
import { listServices, type ListedService } from '../services/list-services.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import type { Terminal } from './terminal.js';

/** `sluice services`: what `services:` of a pipeline file in the working folder can name. */
export async function servicesCommand({ json }: { readonly json?: boolean }, terminal: Terminal): Promise<ExitCode> {
  const services = await listServices(process.cwd());
  if (json) terminal.out(`${JSON.stringify(services, undefined, 2)}\n`);
  else {
    const rows = services.map((each) => [each.service ?? '?', each.choice, aboutOf(each)]);
    terminal.out(`${formatTable([['service', 'choice', ''], ...rows])}\n`);
  }
  return exitCodes.ok;
}

function aboutOf({ default: isDefault, summary, options, package: from, problem }: ListedService): string {
  if (problem !== undefined) return `can't be used: ${problem}`;
  const about = `${isDefault ? 'the default' : summary}${from === null ? '' : ` (${from.version})`}`;
  return `${about}${options.length === 0 ? '' : `; options: ${options.join(', ')}`}`;
}
