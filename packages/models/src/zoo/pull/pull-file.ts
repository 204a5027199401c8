import { createReadStream, createWriteStream } from 'node:fs';
import { stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { sha256File } from '@sluice/core';
import { modelErrors } from '../../errors.js';
import type { PinnedFile } from '../model-zoo.js';
import { downloadBytes, type Patience } from './download-bytes.js';
import { isFolderFailure, reasonOf, RefusedByServer, WrongBytes } from './failures.js';
import { claimPartial, type PartialDownload } from './partial-download.js';
import { withoutAccount } from './request-bytes.js';

export interface PullOptions extends Patience {
  /** Models folder. */
  readonly folder: string;
  /** Where the file is taken from instead: a URL that it lies below, */
  readonly mirror?: string | undefined;
  /** or a file on this machine. */
  readonly from?: string | undefined;
  /** Cancels; what has come is kept for the next time. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
  /** What is worth saying meanwhile, a sentence without a full stop. */
  readonly onNote?: (text: string) => void;
}

type PullableFile = Pick<PinnedFile, 'file' | 'bytes' | 'sha256'> & { readonly source: { readonly url: string } };

/**
 * Brings a model's file into the folder, and says whether it was there. It appears under its name when it is whole and has the SHA-256 that it is
 * pinned to; until then what has come lies beside it, and the next call goes on there. Throws `models/PULL_FAILED`,
 * `models/PULL_WRONG_BYTES`, `models/MODELS_FOLDER`.
 */
export async function pullFile(pinned: PullableFile, options: PullOptions): Promise<'present' | 'pulled'> {
  const { folder, onNote = () => undefined } = options;
  const target = join(folder, pinned.file);
  const found = await stateOf(target, pinned);
  if (found === 'intact') return 'present';
  if (found === 'altered') onNote(`${target} is not what it should be and is pulled again`);
  const place = options.from ?? placeOf(pinned, options.mirror);
  try {
    const partial = await claimPartial(target);
    let done = false;
    try {
      await fill(partial, place, pinned, options);
      await partial.finish();
      done = true;
    } finally {
      if (!done) await partial.leave();
    }
    return 'pulled';
  } catch (error) {
    options.signal?.throwIfAborted();
    throw explained(error, place, folder, pinned);
  }
}

/** Whether the file is there with the size and SHA-256 that it is pinned to. */
async function stateOf(
  path: string,
  { bytes, sha256 }: Pick<PinnedFile, 'bytes' | 'sha256'>,
): Promise<'missing' | 'altered' | 'intact'> {
  const size = await stat(path).then(
    (stats) => stats.size,
    () => undefined,
  );
  if (size === undefined) return 'missing';
  return size === bytes && (await sha256File(path)) === sha256 ? 'intact' : 'altered';
}

const placeOf = ({ source, file }: PullableFile, mirror: string | undefined): string =>
  mirror === undefined ? source.url : `${mirror.replace(/\/+$/, '')}/${encodeURIComponent(file)}`;

/** All bytes, of the right SHA-256. What was begun earlier may be of another file: it is then left for a beginning from nothing. */
async function fill(
  partial: PartialDownload,
  place: string,
  pinned: PullableFile,
  options: PullOptions,
): Promise<void> {
  const resumed = (await partial.size()) > 0;
  if (resumed && options.from === undefined) options.onNote?.('going on with what an earlier pull has left');
  try {
    await fillOnce(partial, place, pinned, options);
  } catch (error) {
    if (!(error instanceof WrongBytes)) throw error;
    await partial.discard();
    if (!resumed) throw error;
    options.onNote?.('what an earlier pull has left is of another file; beginning anew');
    await fillOnce(partial, place, pinned, options).catch(async (again: unknown) => {
      if (again instanceof WrongBytes) await partial.discard();
      throw again;
    });
  }
}

async function fillOnce(
  partial: PartialDownload,
  place: string,
  pinned: PullableFile,
  { from, folder, signal = new AbortController().signal, onProgress, onNote, ...patience }: PullOptions,
): Promise<void> {
  const { bytes, sha256 } = pinned;
  const { bavail, bsize } = await statfs(folder);
  const lacking = bytes - (await partial.size()) - bavail * bsize;
  if (lacking > 0) throw new NoSpace(`the disk lacks ${String(Math.ceil(lacking / 1e6))} MB`);
  if (from !== undefined) {
    await pipeline(createReadStream(from), createWriteStream(partial.path), { signal });
    const size = await partial.size();
    if (size !== bytes) throw new WrongBytes(`${String(size)} bytes`);
  } else {
    await downloadBytes(partial, {
      ...patience,
      ...{ url: place, bytes, signal },
      onProgress: (done) => onProgress?.(done, bytes),
      onRetry: (reason, wait) => onNote?.(`${reason}; trying again in ${String(Math.ceil(wait / 1000))} s`),
    });
  }
  const actual = await sha256File(partial.path);
  if (actual !== sha256) throw new WrongBytes(`SHA-256 ${actual}`);
}

class NoSpace extends Error {}

function explained(error: unknown, place: string, folder: string, { bytes, sha256 }: PullableFile): unknown {
  const from = withoutAccount(place);
  const { path } = error as NodeJS.ErrnoException;
  if (error instanceof WrongBytes) {
    const expected = `${String(bytes)} bytes with SHA-256 ${sha256}`;
    return modelErrors.PULL_WRONG_BYTES({ from, expected, actual: error.actual });
  }
  if (error instanceof NoSpace || (isFolderFailure(error) && path !== place))
    return modelErrors.MODELS_FOLDER({ folder, reason: (error as Error).message }, { cause: error });
  return modelErrors.PULL_FAILED({ url: from, reason: reasonOf(error), advice: adviceOn(error) }, { cause: error });
}

function adviceOn(error: unknown): string {
  const kept = 'What has come so far is kept: the same command goes on with it';
  if (error instanceof RefusedByServer && !(error.status >= 500))
    return 'Take a copy of the file from elsewhere with --mirror URL or --from FILE';
  return `${kept}. Behind a proxy, set HTTPS_PROXY; without a network, bring the file with --from FILE`;
}
