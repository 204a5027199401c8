import { canonicalDigest, type ContentStore } from '@sluice/core';

/** A JSON value that the store has under what it depends on, or that is made now and kept. */
export async function keptJson<T>(store: ContentStore, dependsOn: unknown, make: () => Promise<T>): Promise<T> {
  const key = canonicalDigest(dependsOn);
  const kept = await store.read(key);
  if (kept !== undefined) return JSON.parse(Buffer.from(kept).toString()) as T;
  const made = await make();
  await store.write(key, Buffer.from(JSON.stringify(made)));
  return made;
}
