import type { Static, TObject } from '@sinclair/typebox';
import type { ServiceIdentifier } from 'inversify';
import type { Services, ServiceTokens } from '../stage/define-stage.js';

export interface ServiceDefinition<
  T = unknown,
  C extends TObject = TObject,
  S extends ServiceTokens = ServiceTokens,
  R extends T = T,
> {
  /** Short name, for messages and `sluice services`. */
  readonly type: string;
  /** One sentence for `sluice services`. */
  readonly summary: string;
  /** The key of `services:` that it fills: `cache`, `engine`, `codec`, `logger`. */
  readonly provides: string;
  /** What stages ask for to get it: `CONTENT_STORE` for a `cache`, `LOG_WRITER` for a `logger`. */
  readonly token: ServiceIdentifier<T>;
  /** TypeBox object, as a stage's options. */
  readonly options: C;
  /** What it needs itself, by token. */
  readonly services: S;
  /** Called once a run, when something first asks for it. */
  readonly create: (options: Static<C>, services: Services<S>) => R | Promise<R>;
  /** Called when the run has ended, however it did. */
  readonly release?: (service: R) => void | Promise<void>;
}

/** Any service, whatever it gives: what registries hold. */
export interface AnyService extends Omit<ServiceDefinition, 'create' | 'release'> {
  readonly create: (options: never, services: never) => unknown;
  readonly release?: (service: never) => void | Promise<void>;
}

/** Identity function that infers a service's types; see `docs/stage-contract.md`. */
export function defineService<
  T,
  C extends TObject,
  // eslint-disable-next-line @typescript-eslint/no-generated-empty-object-type -- a service that needs no other
  S extends ServiceTokens = Record<never, never>,
  R extends T = T,
>(service: Omit<ServiceDefinition<T, C, S, R>, 'services'> & { readonly services?: S }): ServiceDefinition<T, C, S, R> {
  return { services: {} as S, ...service };
}
