import { lastValueFrom, tap } from 'rxjs';
import type { Logger } from '../../services/logger.js';
import type { RunEvent } from '../run-event.js';
import type { RunObserver } from './run-observer.js';

/** The course of the run in `log.jsonl`, among what the stages log themselves. */
export const logEvents: RunObserver = async (events, { logger }) => {
  await lastValueFrom(events.pipe(tap((event) => logEvent(event, logger))), { defaultValue: undefined });
};

function logEvent(event: RunEvent, logger: Logger): void {
  switch (event.type) {
    case 'run-started':
      logger.info(`run ${event.run} of pipeline ${event.pipeline}`, { event });
      return;
    case 'stage-started':
      logger.info('started', { stage: event.stage });
      return;
    case 'stage-finished':
      logger.info(`finished in ${seconds(event.milliseconds)}`, { stage: event.stage });
      return;
    case 'artifact':
      logger.info(`${event.name}: ${event.path}`, { stage: event.stage });
      return;
    case 'skipped':
      logger.debug(`skipped ${event.item}: ${event.reason}`, { stage: event.stage });
      return;
    case 'run-finished':
      logger.info(`finished in ${seconds(event.milliseconds)}`, { edges: event.edges });
      return;
    case 'run-failed':
      logger.error(event.cancelled === true ? 'cancelled' : 'failed', {
        stage: event.stage,
        error: described(event.error),
      });
      return;
    default:
      return;
  }
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/** An error as JSON can hold it, with its causes. */
export function described(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack, cause } = error;
  const code = 'code' in error ? error.code : undefined;
  return { name, code, message, stack, ...(cause === undefined ? {} : { cause: described(cause) }) };
}
