import type { Container, ContainerModule, ServiceIdentifier } from 'inversify';
import { coreErrors } from '../errors/core-errors.js';
import type { PlannedStage } from '../pipeline/plan.js';
import type { Logger } from '../services/logger.js';
import { LOGGER } from '../services/tokens.js';

export interface RunServices {
  /** What a stage asked for, by the names that it uses. */
  readonly of: (stage: PlannedStage) => Promise<Readonly<Record<string, unknown>>>;
  /** What is bound to a token, if anything. */
  readonly find: <T>(token: ServiceIdentifier<T>) => Promise<T | undefined>;
  /** Gives back what was made for this run; what the caller's container made stays. */
  readonly close: () => Promise<void>;
}

/** A container of the run's own below the caller's: the chosen modules are loaded into it, and go with the run. */
export async function openRunServices(
  parent: Container | undefined,
  modules: readonly (() => Promise<ContainerModule>)[],
  logger: Logger,
): Promise<RunServices> {
  const inversify = await import('inversify');
  const container = new inversify.Container(parent === undefined ? {} : { parent });
  container.bind(LOGGER).toConstantValue(logger);
  for (const load of modules) await container.loadAsync(await load());
  return {
    of: async ({ id, definition }) => {
      const resolved = Object.entries(definition.services).map(async ([service, token]) => {
        if (!container.isBound(token)) throw coreErrors.NO_SERVICE({ stage: id, service, token: nameOf(token) });
        try {
          return [service, await container.getAsync(token)] as const;
        } catch (cause) {
          throw coreErrors.SERVICE_FAILED({ stage: id, service }, { cause });
        }
      });
      return Object.fromEntries(await Promise.all(resolved));
    },
    find: async (token) => (container.isBound(token) ? container.getAsync(token) : undefined),
    close: () => container.unbindAllAsync(),
  };
}

function nameOf(token: ServiceIdentifier): string {
  return typeof token === 'function' ? token.name : String(token);
}
