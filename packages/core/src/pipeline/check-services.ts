import { entryOf, type LocatedMap } from './located-node.js';
import { problem, type Report } from './problem.js';
import { textOf } from './resolve-stages.js';
import { suggestion } from './suggest.js';

/** Names of each service's choices; the first is the default. */
export type ServiceNames = Readonly<Record<string, readonly string[]>>;

/** The choice for every service: the file's, else the first. */
export function checkServices(
  root: LocatedMap,
  services: ServiceNames,
  report: Report,
): Readonly<Record<string, string>> {
  const chosen = Object.fromEntries(
    Object.entries(services).flatMap(([name, [first]]) => (first === undefined ? [] : [[name, first]])),
  );
  const block = entryOf(root, 'services')?.value;
  if (block?.kind !== 'map') return chosen;
  for (const [name, { key, value }] of block.entries) {
    const choices = Object.hasOwn(services, name) ? services[name] : undefined;
    const choice = textOf(value);
    if (choices === undefined) {
      report(problem('unknown-service', key, { name }, { hint: suggestion(name, Object.keys(services), 'services') }));
    } else if (choice !== undefined && !choices.includes(choice)) {
      const hint = suggestion(choice, choices, 'choices');
      report(problem('unknown-service-choice', value.place, { name, choice }, { hint }));
    } else if (choice !== undefined) {
      chosen[name] = choice;
    }
  }
  return chosen;
}
