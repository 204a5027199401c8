import { basename } from 'node:path';
import { nodeFileSystem, codeOf, type FileSystem } from '../files/file-system.js';
import { decodeEntry } from './entry-format.js';
import { listStore, type StoreEntry } from './list-entries.js';
import { removeFile } from './remove-file.js';
import { readSnapshot } from '../state/snapshot-file.js';
import { storeFailure } from './store-failure.js';

export interface VerifyOptions {
  /** Removes damaged entries; what depends on them is then computed again. */
  readonly repair?: boolean;
  /** @default that of Node */
  readonly files?: FileSystem;
}

export interface VerifyReport {
  readonly intact: number;
  readonly bytes: number;
  readonly damaged: readonly StoreEntry[];
}

/** Reads every entry, one at a time, and compares it with its digest. */
export async function verifyStore(dir: string, options: VerifyOptions = {}): Promise<VerifyReport> {
  const { repair = false, files = nodeFileSystem } = options;
  const damaged: StoreEntry[] = [];
  let intact = 0;
  let bytes = 0;
  for (const entry of (await listStore(dir, files)).entries) {
    const state = await stateOf(entry, files);
    if (state === 'gone') continue;
    bytes += entry.bytes;
    if (state === 'intact') intact++;
    else {
      damaged.push(entry);
      if (repair) await removeFile(entry.path, files);
    }
  }
  return { intact, bytes, damaged };
}

async function stateOf({ kind, key, path }: StoreEntry, files: FileSystem): Promise<'intact' | 'damaged' | 'gone'> {
  try {
    const file = await files.readFile(path);
    const intact = kind === 'state' ? isSound(path, file) : decodeEntry(key, file) !== undefined;
    return intact ? 'intact' : 'damaged';
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 'gone';
    // What the disk can't give back is as good as altered.
    if (codeOf(error) === 'EIO') return 'damaged';
    throw storeFailure('read', path, error);
  }
}

/** One of a newer release can't be judged, and is left to that. */
function isSound(path: string, file: Buffer<ArrayBuffer>): boolean {
  const read = readSnapshot(Number.parseInt(basename(path), 10), file);
  return 'content' in read || read.newer;
}
