import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { coreErrors } from '../errors/core-errors.js';
import { writeFileAtomic } from '../files/write-file-atomic.js';
import type { ContentStore } from '../services/content-store.js';
import type { Logger } from '../services/logger.js';

/** An entry is this, the SHA-256 of key and content (32 bytes), and the content. */
const MAGIC = Buffer.from('sluice\u00001', 'latin1');
const DIGEST_BYTES = 32;

/**
 * Content by key in `<dir>/ab/cdef...`. Every entry is verified when it is read; a damaged one is removed, logged and then missing. Several
 * processes may read and write the same keys at once.
 */
export function openContentStore(dir: string, logger?: Logger): ContentStore {
  const pathOf = (key: string): string => {
    if (!/^[0-9a-f]{64}$/.test(key)) throw coreErrors.BAD_KEY({ key });
    return join(dir, key.slice(0, 2), key.slice(2));
  };
  const read = async (key: string): Promise<Uint8Array<ArrayBuffer> | undefined> => {
    const path = pathOf(key);
    const entry = await readEntry(path);
    if (entry === undefined) return undefined;
    const content = verified(entry, key);
    if (content === undefined) {
      logger?.warn('removed a damaged entry of the content store', { key, path, bytes: entry.length });
      await rm(path, { force: true });
    }
    return content;
  };
  return {
    read,
    has: async (key) => (await read(key)) !== undefined,
    write: async (key, content) => {
      await writeFileAtomic(pathOf(key), Buffer.concat([MAGIC, digest(key, content), content]));
    },
  };
}

async function readEntry(path: string): Promise<Buffer<ArrayBuffer> | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

function verified(entry: Buffer<ArrayBuffer>, key: string): Uint8Array<ArrayBuffer> | undefined {
  const start = MAGIC.length + DIGEST_BYTES;
  if (entry.length < start || !entry.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  const content = entry.subarray(start);
  if (!digest(key, content).equals(entry.subarray(MAGIC.length, start))) return undefined;
  // A copy of its own: typed arrays over it need an aligned start.
  return new Uint8Array(content);
}

/** The key is part of it, so that an entry that lies under another key is damaged, too. */
function digest(key: string, content: Uint8Array): Buffer {
  return createHash('sha256').update(key).update(content).digest();
}
