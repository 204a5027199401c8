import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { EnvHttpProxyAgent, type Dispatcher } from 'undici';
import { mayPass, reasonOf, RefusedByServer, WrongBytes } from './failures.js';
import type { PartialDownload } from './partial-download.js';
import { requestBytes, type BytesAnswer } from './request-bytes.js';

/** How long to bear with a server. */
export interface Patience {
  /** Time without a byte after which a connection is given up, in milliseconds. @default 30 s */
  readonly stall?: number;
  /** Tries in a row that bring nothing. @default 6 */
  readonly attempts?: number;
  /** Pause before the second try, in milliseconds; doubles up to a minute. @default 1 s */
  readonly pause?: number;
}

export interface DownloadOptions extends Patience {
  readonly url: string;
  /** Size of the whole file. */
  readonly bytes: number;
  readonly signal: AbortSignal;
  /** Called with the number of bytes that are there. */
  readonly onProgress: (done: number) => void;
  /** Called before a pause, with why. */
  readonly onRetry: (reason: string, milliseconds: number) => void;
}

const LONGEST_PAUSE = 60_000;

/** Goes on with a partial download until all its bytes are there; honours `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`. */
export async function downloadBytes(partial: PartialDownload, options: DownloadOptions): Promise<void> {
  const { stall = 30_000, attempts = 6, pause = 1000, bytes, signal } = options;
  const timeouts = { headersTimeout: stall, bodyTimeout: stall, connect: { timeout: stall } };
  const dispatcher = new EnvHttpProxyAgent(timeouts);
  let futile = 0;
  let furthest = await partial.size();
  try {
    for (;;) {
      const before = await partial.size();
      if (before > bytes) throw new WrongBytes(`more than ${String(bytes)} bytes`);
      if (before === bytes) return;
      try {
        await fetchOnce(partial, before, dispatcher, options);
        if ((await partial.size()) < bytes) throw new Error('the answer ended too early');
      } catch (error) {
        signal.throwIfAborted();
        const size = await partial.size();
        // What was lost and comes again is no progress.
        futile = size > furthest ? 0 : futile + 1;
        furthest = Math.max(furthest, size);
        if (!mayPass(error) || futile >= attempts) throw error;
        const asked = error instanceof RefusedByServer ? error.after : undefined;
        const wait = Math.min(asked ?? pause * 2 ** Math.max(0, futile - 1), LONGEST_PAUSE);
        options.onRetry(reasonOf(error), wait);
        await sleep(wait, undefined, { signal });
      }
    }
  } finally {
    await dispatcher.destroy();
  }
}

/** One request: the rest of the file where the server gives it, else all of it. */
async function fetchOnce(
  partial: PartialDownload,
  have: number,
  dispatcher: Dispatcher,
  { url, bytes, signal, onProgress }: DownloadOptions,
): Promise<void> {
  const origin = await partial.origin();
  const known = origin?.url === url ? origin.validator : undefined;
  const answer = await requestBytes(url, { from: have, ifRange: known, dispatcher, signal });
  const { status, headers, body, drop } = answer;
  const validator = validatorOf(headers);
  if (status === 206 && !goesOn(answer, have, bytes, known)) {
    drop();
    await partial.discard();
    throw new Error('the server has another file now');
  }
  if (status === 416) {
    drop();
    await partial.discard();
    throw new Error('the server has no such part of the file');
  }
  if (status !== 200 && status !== 206) {
    drop();
    throw new RefusedByServer(status, headers['retry-after']);
  }
  if (status === 200 && have > 0) await partial.discard();
  if (status === 200) await partial.setOrigin(validator === undefined ? undefined : { url, validator });
  await append(partial.path, body, { from: status === 206 ? have : 0, bytes, onProgress });
}

/** A part that continues what is there, of a file that is still the same. */
function goesOn({ headers }: BytesAnswer, have: number, bytes: number, known: string | undefined): boolean {
  const [, first, total = '*'] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers['content-range'] ?? '') ?? [];
  const validator = validatorOf(headers);
  const same = known === undefined || validator === undefined || validator === known;
  return Number(first) === have && (total === '*' || Number(total) === bytes) && same;
}

/** A strong `ETag`, else the date: a weak tag doesn't speak of bytes. */
function validatorOf({ etag, 'last-modified': date }: BytesAnswer['headers']): string | undefined {
  return etag?.startsWith('"') === true ? etag : date;
}

async function append(
  path: string,
  body: AsyncIterable<Uint8Array>,
  {
    from,
    bytes,
    onProgress,
  }: { readonly from: number; readonly bytes: number; readonly onProgress: (done: number) => void },
): Promise<void> {
  const file = await open(path, from === 0 ? 'w' : 'r+');
  let at = from;
  try {
    for await (const chunk of body) {
      if (at + chunk.length > bytes) throw new WrongBytes(`more than ${String(bytes)} bytes`);
      let written = 0;
      while (written < chunk.length) {
        written += (await file.write(chunk, written, chunk.length - written, at + written)).bytesWritten;
      }
      at += chunk.length;
      onProgress(at);
    }
  } finally {
    await file.close();
  }
}
