import type { Executable } from '../engines/tensor-engine.js';

/** Compiled graphs by key, the most recently used ones kept. */
export interface ExecutableCache<T extends { readonly executable: Executable }> {
  get(key: string): Promise<T>;
  release(): Promise<void>;
}

/** `compile` is called where a key has no executable; the one unused for longest is released beyond `limit`. */
export function executableCache<T extends { readonly executable: Executable }>(
  limit: number,
  compile: (key: string) => Promise<T>,
): ExecutableCache<T> {
  const entries = new Map<string, Promise<T>>();
  const drop = async (key: string): Promise<void> => {
    const entry = entries.get(key);
    entries.delete(key);
    await (await entry)?.executable.release();
  };
  return {
    get: async (key) => {
      const entry = entries.get(key) ?? compile(key);
      entries.delete(key);
      entries.set(key, entry);
      entry.catch(() => entries.delete(key));
      const [oldest] = entries.keys();
      if (entries.size > limit && oldest !== undefined) await drop(oldest);
      return entry;
    },
    release: async () => {
      await Promise.all([...entries.keys()].map(drop));
    },
  };
}
