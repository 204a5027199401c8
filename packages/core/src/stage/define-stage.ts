import type { Static, TObject } from '@sinclair/typebox';
import type { ServiceIdentifier } from 'inversify';
import type { Observable } from 'rxjs';
import type { DataContract } from './data-contract.js';
import type { AnyItemWork } from './item-work.js';
import type { StageContext } from './stage-context.js';

/** An input that may stay unconnected, or that closes a loop (`feedback`). A bare contract is a required input. */
export interface InputPort<T> {
  readonly contract: DataContract<T>;
  readonly optional: boolean;
  /** Only a feedback input may lie on a cycle; it is always optional. */
  readonly feedback: boolean;
}

export type InputPorts = Readonly<Record<string, DataContract<unknown> | InputPort<unknown>>>;
export type OutputPorts = Readonly<Record<string, DataContract<unknown>>>;
export type ServiceTokens = Readonly<Record<string, ServiceIdentifier>>;

/** What a port carries. */
export type ItemOf<P> = P extends InputPort<infer T> ? T : P extends DataContract<infer T> ? T : never;

/** Streams of a stage's inputs; an optional input that is not connected is `undefined`. */
export type InputStreams<I> = {
  readonly [K in keyof I]: I[K] extends InputPort<infer T> ? Observable<T> | undefined : Observable<ItemOf<I[K]>>;
};
export type OutputStreams<O> = { readonly [K in keyof O]: Observable<ItemOf<O[K]>> };
export type Services<S> = { readonly [K in keyof S]: S[K] extends ServiceIdentifier<infer T> ? T : never };

/** Something that an option names and that is not there. */
export interface Lack {
  /** Name of the option. */
  readonly option: string;
  readonly message: string;
  /** How to bring it, a command for instance. */
  readonly hint: string;
}

export interface StageDefinition<
  I extends InputPorts = InputPorts,
  O extends OutputPorts = OutputPorts,
  C extends TObject = TObject,
  S extends ServiceTokens = ServiceTokens,
> {
  /** Short name, as in `uses:` for a bundled stage. */
  readonly type: string;
  /** One sentence for `sluice stages`. */
  readonly summary: string;
  readonly inputs: I;
  readonly outputs: O;
  /** TypeBox object: the options' TypeScript type, JSON Schema, defaults and docs at once. */
  readonly options: C;
  readonly services: S;
  /** What the options name that is not on this machine, a model's file say: an error at the option before anything runs. @default nothing */
  readonly lacks?: (options: Static<C>) => Promise<readonly Lack[]>;
  /** Cheap and without effects: it lists or rewrites references. `sluice plan` runs it to know what items there are. @default false */
  readonly light?: boolean;
  /** How it works item by item; set by `defineItemStage` and `definePureStage`. */
  readonly items?: AnyItemWork;
  readonly create: (
    options: Static<C>,
    services: Services<S>,
    context: StageContext,
  ) => (inputs: InputStreams<I>) => OutputStreams<O>;
}

/** Identity function that infers a stage's types; see `docs/stage-contract.md`. */
export function defineStage<
  I extends InputPorts,
  O extends OutputPorts,
  C extends TObject,
  // eslint-disable-next-line @typescript-eslint/no-generated-empty-object-type -- a stage that needs no service
  S extends ServiceTokens = Record<never, never>,
>(stage: Omit<StageDefinition<I, O, C, S>, 'services'> & { readonly services?: S }): StageDefinition<I, O, C, S> {
  return { services: {} as S, ...stage };
}

export const optional = <T>(contract: DataContract<T>): InputPort<T> => ({ contract, optional: true, feedback: false });
export const feedback = <T>(contract: DataContract<T>): InputPort<T> => ({ contract, optional: true, feedback: true });
