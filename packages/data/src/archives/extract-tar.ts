import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import type { ArchiveTarget } from './archive-target.js';

/** Bytes that may lie between two entries: headers, long names and padding. */
const BETWEEN = 2 * 1024 * 1024;

/** Unfolds a tar archive; links and devices are errors. */
export async function extractTar(path: string, isZipped: boolean, target: ArchiveTarget): Promise<void> {
  const entries = extract();
  let seen = 0;
  let allowed = BETWEEN;
  // Headers are collected in memory, and may claim any size.
  async function* bounded(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      seen += chunk.length;
      if (seen > allowed) throw target.refuse('(header)', `more than ${BETWEEN} bytes lie between two files`);
      yield chunk;
    }
  }
  const source = createReadStream(path);
  const fed = isZipped ? pipeline(source, createGunzip(), bounded, entries) : pipeline(source, bounded, entries);
  fed.catch(() => undefined); // reported below; the entries end with it
  try {
    for await (const entry of entries) {
      const { name, type, size } = entry.header;
      allowed = seen + size + BETWEEN;
      if (type === 'directory') {
        await target.addFolder(name);
        entry.resume();
      } else if (type === 'file' || type === 'contiguous-file') {
        await target.addFile(name, () => Readable.from(entry));
      } else throw target.refuse(name, `it is a ${type}`);
    }
  } finally {
    entries.destroy();
  }
  await fed;
}
