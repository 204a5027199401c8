import { SluiceError } from '@sluice/core';
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { dataErrors } from '../errors.js';
import { archiveKind } from './archive-kind.js';
import type { ArchiveLimits } from './archive-limits.js';
import { archiveTarget } from './archive-target.js';
import { extractTar } from './extract-tar.js';
import { extractZip } from './extract-zip.js';

export interface OpenDataset {
  /** Folder or annotation file to read. */
  readonly root: string;
  /** Removes what was unfolded. */
  readonly close: () => Promise<void>;
}

export interface OpenOptions {
  /** Names a folder that is not there yet, to unfold an archive into; not called for anything else. @default one of the system's temporary folder */
  readonly into?: () => Promise<string>;
  readonly limits?: ArchiveLimits;
}

/**
 * Opens a dataset that may be a zip or tar archive (also gzipped). That is unfolded whole or not at all: an entry that would leave the folder,
 * a link, or more than the limits allow is an error, and nothing is left. Anything else is the dataset itself.
 */
export async function openDataset(path: string, { into, limits = {} }: OpenOptions = {}): Promise<OpenDataset> {
  const absolute = resolve(path);
  const stats = await stat(absolute).catch((cause: unknown) => {
    throw dataErrors.DATASET_FOLDER({ root: absolute }, { cause });
  });
  const kind = stats.isFile() ? await archiveKind(absolute) : undefined;
  if (!kind) return { root: absolute, close: () => Promise.resolve() };
  const folder = await (into?.() ?? mkdtemp(join(tmpdir(), 'sluice-dataset-')));
  const close = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    await mkdir(folder, { recursive: true });
    const target = archiveTarget({ path: absolute, size: stats.size }, folder, limits);
    if (kind === 'zip') await extractZip(absolute, target);
    else await extractTar(absolute, kind === 'tar.gz', target);
    return { root: await innermost(folder), close };
  } catch (cause) {
    await close();
    if (cause instanceof SluiceError) throw cause;
    throw dataErrors.ARCHIVE_UNREADABLE({ path: absolute, reason: (cause as Error).message }, { cause });
  }
}

/** Archives often hold one folder that holds everything. */
async function innermost(folder: string): Promise<string> {
  const entries = (await readdir(folder, { withFileTypes: true })).filter(({ name }) => name !== '__MACOSX');
  const [only] = entries;
  return entries.length === 1 && only?.isDirectory() === true ? innermost(join(folder, only.name)) : folder;
}
