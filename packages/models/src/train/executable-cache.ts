import type { Executable } from '../engines/tensor-engine.js';

export interface ExecutableCacheOptions<Shape, T> {
  /** Most that the kept executables may cost together; the one in use is kept in any case. */
  readonly budget: number;
  /** What an executable for a shape costs, in the budget's unit. An executable keeps the memory of its largest run. */
  readonly cost: (shape: Shape) => number;
  readonly compile: (shape: Shape) => Promise<T>;
}

/** Compiled graphs by what they were made for (plain data), the most recently used ones kept. */
export interface ExecutableCache<Shape, T> {
  get(shape: Shape): Promise<T>;
  release(): Promise<void>;
}

/** Compiles where there is no executable for a shape, after those unused for longest have been released to make room. */
export function executableCache<Shape, T extends { readonly executable: Executable }>({
  budget,
  cost,
  compile,
}: ExecutableCacheOptions<Shape, T>): ExecutableCache<Shape, T> {
  const entries = new Map<string, { readonly cost: number; readonly compiled: Promise<T> }>();
  const drop = async (key: string): Promise<void> => {
    const entry = entries.get(key);
    entries.delete(key);
    await (await entry?.compiled)?.executable.release();
  };
  const makeRoom = async (wanted: number): Promise<void> => {
    let used = wanted;
    for (const entry of entries.values()) used += entry.cost;
    for (const [key, entry] of [...entries]) {
      if (used <= budget) return;
      used -= entry.cost;
      await drop(key);
    }
  };
  return {
    get: async (shape) => {
      const key = JSON.stringify(shape);
      let entry = entries.get(key);
      if (entry === undefined) {
        await makeRoom(cost(shape));
        entry = { cost: cost(shape), compiled: compile(shape) };
        entry.compiled.catch(() => entries.delete(key));
      }
      entries.delete(key);
      entries.set(key, entry);
      return entry.compiled;
    },
    release: async () => {
      await Promise.all([...entries.keys()].map(drop));
    },
  };
}
