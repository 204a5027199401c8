import { createHash } from 'node:crypto';

/** An entry is this, the SHA-256 of key and content (32 bytes), and the content. */
const MAGIC = Buffer.from('sluice\u00001', 'latin1');
const DIGEST_BYTES = 32;

export function encodeEntry(key: string, content: Uint8Array): Buffer {
  return Buffer.concat([MAGIC, digest(key, content), content]);
}

/** The content of an entry, in a buffer of its own; undefined where the entry is damaged. */
export function decodeEntry(key: string, entry: Buffer<ArrayBuffer>): Uint8Array<ArrayBuffer> | undefined {
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
