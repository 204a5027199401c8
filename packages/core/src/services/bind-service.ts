import type { ContainerModule } from 'inversify';
import { coreErrors } from '../errors/core-errors.js';
import type { AnyService } from './define-service.js';

/** A module that makes the service when it is first asked for, and releases it with the run. Options have been checked against its schema. */
export async function bindService(
  definition: AnyService,
  options: Readonly<Record<string, unknown>>,
): Promise<ContainerModule> {
  const { ContainerModule } = await import('inversify');
  const { token, type, services, release } = definition;
  const create = definition.create as (options: unknown, services: unknown) => unknown;
  return new ContainerModule(({ bind }) => {
    const binding = bind(token)
      .toDynamicValue(async (context) => {
        const needed = Object.entries(services).map(async ([name, needs]): Promise<readonly [string, unknown]> => {
          if (needs === token) throw coreErrors.SERVICE_NEEDS_ITSELF({ service: type, name });
          return [name, await context.getAsync(needs)];
        });
        return create(options, Object.fromEntries(await Promise.all(needed)));
      })
      .inSingletonScope();
    if (release !== undefined) binding.onDeactivation(release as (service: unknown) => void | Promise<void>);
  });
}
