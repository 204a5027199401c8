/** An error that a user can act on: `code` is stable and listed in `docs/errors.md`. */
export class SluiceError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SluiceError';
    this.code = code;
  }
}

type MessageTable = Readonly<Record<string, (details: never) => string>>;
type ErrorFactories<T extends MessageTable> = {
  readonly [K in keyof T]: (details: Parameters<T[K]>[0], options?: ErrorOptions) => SluiceError;
};

/** One table of messages a package: `defineErrors('models', { NO_GRADIENT: (d) => … })` makes errors with code `models/NO_GRADIENT`. */
export function defineErrors<const T extends MessageTable>(scope: string, messages: T): ErrorFactories<T> {
  const factories = Object.entries(messages).map(([name, message]) => [
    name,
    (details: never, options?: ErrorOptions) => new SluiceError(`${scope}/${name}`, message(details), options),
  ]);
  return Object.fromEntries(factories) as ErrorFactories<T>;
}
