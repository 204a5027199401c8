import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { dataErrors } from '../errors.js';
import { isPlainName } from '../formats/image-name.js';
import { FREE_BYTES, usualLimits, type ArchiveLimits } from './archive-limits.js';

/** Where an archive's entries go: checks every name, and counts. */
export interface ArchiveTarget {
  /** For archives that say at once how many entries they have: too many are refused before the first. */
  readonly announce: (entries: number) => void;
  readonly addFolder: (name: string) => Promise<void>;
  /** `open` is called when its turn has come: a stream that nobody listens to yet may fail unheard. */
  readonly addFile: (name: string, open: () => Readable | Promise<Readable>) => Promise<void>;
  /** The error for an entry that is refused. */
  readonly refuse: (name: string, reason: string, cause?: unknown) => Error;
}

/** Entries become new files below `folder`, or errors: names that lead out, doubled names, more than the limits allow. Nothing is overwritten. */
export function archiveTarget(
  archive: { path: string; size: number },
  folder: string,
  limits: ArchiveLimits,
): ArchiveTarget {
  const { entries, bytes, ratio } = { ...usualLimits, ...limits };
  const { path, size } = archive;
  const most = Math.min(bytes, Math.max(FREE_BYTES, size * ratio));
  const names = new Set<string>();
  let count = 0;
  let total = 0;

  const refuse = (name: string, reason: string, cause?: unknown): Error =>
    dataErrors.ARCHIVE_ENTRY({ path, entry: name, reason }, cause === undefined ? {} : { cause });
  const announce = (announced: number): void => {
    if (announced > entries) throw dataErrors.ARCHIVE_LIMIT({ path, limit: `${entries} entries` });
  };
  const placeOf = (name: string): string => {
    announce(++count);
    const plain = name.replace(/^(\.\/)+/, '').replace(/\/$/, '');
    if (plain.length > 1024 || !isPlainName(plain))
      throw refuse(name, 'its name leads out of the folder, or is no name');
    return plain;
  };
  async function* counted(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of content) {
      total += chunk.length;
      if (total > most) throw dataErrors.ARCHIVE_LIMIT({ path, limit: `${most} bytes (${ratio} times its own size)` });
      yield chunk;
    }
  }
  return {
    announce,
    refuse,
    addFolder: async (name) => {
      if (/^(\.\/)*\.?$/.test(name)) return;
      const plain = placeOf(name);
      await mkdir(join(folder, plain), { recursive: true }).catch((cause: unknown) => {
        throw refuse(name, 'a file before it has that name', cause);
      });
    },
    addFile: async (name, open) => {
      const plain = placeOf(name);
      const normal = plain.replaceAll('\\', '/').normalize('NFC');
      if (names.has(normal)) throw refuse(name, 'an entry before it has the same name');
      names.add(normal);
      const file = join(folder, ...plain.split(/[/\\]/));
      await mkdir(dirname(file), { recursive: true }).catch((cause: unknown) => {
        throw refuse(name, 'a file before it has the name of its folder', cause);
      });
      await pipeline(await open(), counted, createWriteStream(file, { flags: 'wx' }));
    },
  };
}
