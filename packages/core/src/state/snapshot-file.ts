import { createHash } from 'node:crypto';

/** A snapshot's file: this, the schema's number (uint32, little-endian), the SHA-256 of number and content, and the content. */
const MAGIC = Buffer.from('sluice-state', 'latin1');
const DIGEST_AT = MAGIC.length + 4;
const CONTENT_AT = DIGEST_AT + 32;

/** Raise it when older releases would misread a file. */
export const SNAPSHOT_SCHEMA = 1;

export type ReadSnapshot =
  | { readonly content: Uint8Array<ArrayBuffer> }
  /** Why it can't be used; a `newer` one may be intact. */
  | { readonly problem: string; readonly newer: boolean };

/** The parts of a snapshot's file, in order: content is not copied. */
export function snapshotBytes(number: number, content: Uint8Array): readonly Uint8Array[] {
  const schema = Buffer.alloc(4);
  schema.writeUInt32LE(SNAPSHOT_SCHEMA);
  return [MAGIC, schema, digest(number, content), content];
}

/** The content of a file that claims to be snapshot `number`. */
export function readSnapshot(number: number, file: Buffer<ArrayBuffer>): ReadSnapshot {
  const damaged = (problem: string): ReadSnapshot => ({ problem, newer: false });
  if (file.length < CONTENT_AT) return damaged(`it is truncated (${String(file.length)} bytes)`);
  if (!file.subarray(0, MAGIC.length).equals(MAGIC)) return damaged('it is no snapshot');
  const schema = file.readUInt32LE(MAGIC.length);
  if (schema > SNAPSHOT_SCHEMA) return { problem: 'a newer release of sluice wrote it', newer: true };
  const content = file.subarray(CONTENT_AT);
  if (schema !== SNAPSHOT_SCHEMA || !digest(number, content).equals(file.subarray(DIGEST_AT, CONTENT_AT))) {
    return damaged('it is truncated or altered (its SHA-256 is another)');
  }
  // A copy of its own: typed arrays over it need an aligned start.
  return { content: new Uint8Array(content) };
}

/** The number is part of it, so that a file under another's name is damaged, too. */
function digest(number: number, content: Uint8Array): Buffer {
  return createHash('sha256')
    .update(`${String(number)}\n`)
    .update(content)
    .digest();
}
