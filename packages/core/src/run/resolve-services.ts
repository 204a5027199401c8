import type { Container, ContainerModule, ServiceIdentifier } from 'inversify';
import { coreErrors } from '../errors/core-errors.js';
import type { PlannedStage } from '../pipeline/plan.js';
import type { Logger } from '../services/logger.js';
import type { NoteService } from '../services/note-service.js';
import { LOG_WRITER, LOGGER, NOTE_SERVICE, RUN_FOLDER } from '../services/tokens.js';
import type { LogWriter } from '../services/log-writer.js';
import type { RunFolder } from './run-folder.js';

export interface RunServices {
  /** What a stage asked for, by the names that it uses. */
  readonly of: (stage: PlannedStage) => Promise<Readonly<Record<string, unknown>>>;
  /** What is bound to a token, if anything. */
  readonly find: <T>(token: ServiceIdentifier<T>) => Promise<T | undefined>;
  /** Gives back what was made for this run; what the caller's container made stays. */
  readonly close: () => Promise<void>;
}

/** A container of the run's own below the caller's: the chosen modules are loaded into it, and go with the run. A plan has no run folder. */
export async function openRunServices(
  parent: Container | undefined,
  modules: readonly (() => Promise<ContainerModule>)[],
  logger: Logger,
  { folder, note = () => undefined }: { readonly folder?: RunFolder; readonly note?: NoteService } = {},
): Promise<RunServices> {
  const inversify = await import('inversify');
  const container = new inversify.Container(parent === undefined ? {} : { parent });
  container.bind(LOGGER).toConstantValue(logger);
  container.bind(NOTE_SERVICE).toConstantValue(note);
  if (folder !== undefined) container.bind(RUN_FOLDER).toConstantValue(folder);
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

export interface OpenLogWriter {
  readonly writer: LogWriter | undefined;
  readonly close: () => Promise<void>;
}

/** The log writer, in a container of its own: it is told of the end of all other services. */
export async function openLogWriter(
  module: (() => Promise<ContainerModule>) | undefined,
  folder: RunFolder,
): Promise<OpenLogWriter> {
  if (module === undefined) return { writer: undefined, close: () => Promise.resolve() };
  const inversify = await import('inversify');
  const container = new inversify.Container();
  container.bind(RUN_FOLDER).toConstantValue(folder);
  await container.loadAsync(await module());
  try {
    return { writer: await container.getAsync(LOG_WRITER), close: () => container.unbindAllAsync() };
  } catch (cause) {
    throw coreErrors.LOGGER_FAILED(undefined, { cause });
  }
}

function nameOf(token: ServiceIdentifier): string {
  return typeof token === 'function' ? token.name : String(token);
}
