/** Work by key, where those who ask for a key while its work is going on share it. Nothing is kept after it has ended. */
export interface SingleFlight<T> {
  /** Work must not wait for its own key. */
  readonly run: (key: string, work: () => T | Promise<T>) => Promise<T>;
  readonly has: (key: string) => boolean;
}

export function singleFlight<T>(): SingleFlight<T> {
  const flying = new Map<string, Promise<T>>();
  return {
    run: (key, work) => {
      const joined = flying.get(key);
      if (joined !== undefined) return joined;
      const flight = Promise.resolve()
        .then(work)
        .finally(() => flying.delete(key));
      flying.set(key, flight);
      return flight;
    },
    has: (key) => flying.has(key),
  };
}
