import { setTimeout as sleep } from 'node:timers/promises';
import { causes } from '../errors/causes.js';
import { coreErrors } from '../errors/core-errors.js';
import { SluiceError } from '../errors/define-errors.js';
import type { ItemContext } from '../stage/item-work.js';
import type { Retry, StageExecution } from './stage-execution.js';

export interface AttemptOptions extends Pick<StageExecution, 'retry' | 'timeoutMs'> {
  /** Names the item in errors. */
  readonly item: string;
  /** The run's. */
  readonly signal: AbortSignal;
  /** Told before each wait. */
  readonly onRetry: (error: unknown, attempt: number, waitMs: number) => void;
  /** Told of work that goes on though its time is up. */
  readonly onLate: (work: Promise<unknown>) => void;
}

/** Codes of Node that say that the disk, the network or the system failed, not the work itself. */
const IO_CODES =
  /^(?:E(?:AGAIN|BUSY|IO|MFILE|NFILE|NOSPC|NOBUFS|PIPE|TIMEDOUT|AI_AGAIN|NETDOWN|NETUNREACH|HOSTUNREACH|NETRESET)|ECONN\w+|EAI_\w+|UND_ERR_\w+)$/;

/** Does work once, or as often as `retry` allows; each attempt has `timeoutMs`. Rejects with what the last attempt threw. */
export async function attemptWork<R>(
  work: (context: ItemContext) => R | Promise<R>,
  options: AttemptOptions,
): Promise<R> {
  const { retry, signal } = options;
  for (let attempt = 1; ; attempt++) {
    try {
      return await once(work, attempt, options);
    } catch (error) {
      if (signal.aborted || retry === undefined || attempt >= retry.attempts || !worthIt(error, retry)) throw error;
      const wait = Math.min(retry.maxMs, retry.backoffMs * retry.factor ** (attempt - 1));
      options.onRetry(error, attempt, wait);
      await sleep(wait, undefined, { signal }).catch(() => {
        throw error;
      });
    }
  }
}

async function once<R>(
  work: (context: ItemContext) => R | Promise<R>,
  attempt: number,
  { timeoutMs, signal, item, onLate }: AttemptOptions,
): Promise<R> {
  if (timeoutMs === undefined) return work({ signal, attempt });
  const late = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = coreErrors.ITEM_TIMEOUT({ item, milliseconds: timeoutMs });
      late.abort(error);
      reject(error);
    }, timeoutMs);
  });
  const working = Promise.resolve(work({ signal: AbortSignal.any([signal, late.signal]), attempt }));
  try {
    return await Promise.race([working, timeout]);
  } finally {
    clearTimeout(timer);
    if (late.signal.aborted) onLate(working);
  }
}

function worthIt(error: unknown, { on }: Retry): boolean {
  if (on.length === 0) return true;
  return on.some((name) => causes(error).some((each) => isOfClass(each, name)));
}

function isOfClass(error: unknown, name: string): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (name === 'timeout') return code === 'core/ITEM_TIMEOUT' || code === 'ETIMEDOUT' || error.name === 'TimeoutError';
  if (name === 'io') return !(error instanceof SluiceError) && IO_CODES.test(code);
  return code === name || error.name === name;
}
