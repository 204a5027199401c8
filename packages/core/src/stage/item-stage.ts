import type { Static, TObject } from '@sinclair/typebox';
import { workOnItems } from '../items/work-on-items.js';
import type { DataContract } from './data-contract.js';
import {
  defineStage,
  type ItemOf,
  type Services,
  type Lack,
  type ServiceTokens,
  type StageDefinition,
} from './define-stage.js';
import type { StageContext } from './stage-context.js';
import type { AnyItemWork, AnyPurity, ChosenServices, ItemContext, KeptContent, KeptItem } from './item-work.js';

/** Exactly one port. */
type OnePort = Readonly<Record<string, DataContract<unknown>>>;
type ItemIn<P extends OnePort> = ItemOf<P[keyof P]>;

/** Works on items; `release` is called when the stream has ended or was left. */
export interface ItemWorker<T, R> {
  readonly work: (item: T, context: ItemContext) => R | Promise<R>;
  readonly release?: () => void | Promise<void>;
}

interface ItemStageBase<I extends OnePort, O extends OnePort, C extends TObject, S extends ServiceTokens> {
  readonly type: string;
  readonly summary: string;
  /** Exactly one. */
  readonly inputs: I;
  /** Exactly one. */
  readonly outputs: O;
  readonly options: C;
  readonly services?: S;
  /** As any stage's. */
  readonly lacks?: (options: Static<C>) => Promise<readonly Lack[]>;
  /** Items that are worked on at once, unless the pipeline says otherwise. @default 1 */
  readonly concurrency?: (options: Static<C>) => number;
  /** Cheap and without effects: it lists or rewrites references. `sluice plan` runs it to know what items there are. @default false */
  readonly light?: boolean;
}

/** A stage that makes one item of each: a pipeline may give it `retry`, `timeout`, `on-item-error` and `concurrency`. */
export interface ItemStage<
  I extends OnePort,
  O extends OnePort,
  C extends TObject,
  S extends ServiceTokens,
> extends ItemStageBase<I, O, C, S> {
  readonly create: (
    options: Static<C>,
    services: Services<S>,
    context: StageContext,
  ) => ItemWorker<ItemIn<I>, ItemIn<O>> | ItemWorker<ItemIn<I>, ItemIn<O>>['work'];
}

/**
 * An item stage whose results depend on nothing but the item, the options and what `environment` says. What `work` gives is kept in the
 * content store under a digest of all that and of the package's code; `result` makes the output item of it. An item that was worked on
 * before, in whatever run, is not worked on again.
 */
export interface PureStage<
  I extends OnePort,
  O extends OnePort,
  C extends TObject,
  S extends ServiceTokens,
  K extends keyof KeptContent,
> extends ItemStageBase<I, O, C, S> {
  /** What `work` gives and the store keeps: a JSON value, or bytes, which are read again only when somebody asks for them. */
  readonly keeps: K;
  /** What of an item the result depends on, as JSON: digests and numbers, never where things lie. @default the whole item */
  readonly identity?: (item: ItemIn<I>) => unknown;
  /** What else it depends on, as JSON: a model file's digest, a library's version. @default nothing */
  readonly environment?: (options: Static<C>, chosen: ChosenServices) => unknown;
  /** Results depend on the pipeline's seed. Without it `context.seed` is refused. @default false */
  readonly seeded?: boolean;
  readonly create: (
    options: Static<C>,
    services: Services<S>,
    context: StageContext,
  ) => ItemWorker<ItemIn<I>, KeptContent[K]> & {
    readonly result: (item: ItemIn<I>, kept: KeptItem<K>) => ItemIn<O>;
  };
}

/** Defines a stage that works item by item; order is kept. See `docs/stage-contract.md`. */
export function defineItemStage<
  I extends OnePort,
  O extends OnePort,
  C extends TObject,
  // eslint-disable-next-line @typescript-eslint/no-generated-empty-object-type -- a stage that needs no service
  S extends ServiceTokens = Record<never, never>,
>(stage: ItemStage<I, O, C, S>): StageDefinition<I, O, C, S> {
  const { create, ...base } = stage;
  return withItems(base, {
    ...ports(base),
    open: (options, services, context) => {
      const worker = create(options as Static<C>, services as Services<S>, context);
      return (typeof worker === 'function' ? { work: worker } : worker) as ItemWorker<unknown, unknown>;
    },
  });
}

/** Defines a stage that works item by item and whose results are kept. See `docs/stage-contract.md`. */
export function definePureStage<
  I extends OnePort,
  O extends OnePort,
  C extends TObject,
  K extends keyof KeptContent,
  // eslint-disable-next-line @typescript-eslint/no-generated-empty-object-type -- a stage that needs no service
  S extends ServiceTokens = Record<never, never>,
>(stage: PureStage<I, O, C, S, K>): StageDefinition<I, O, C, S> {
  const { create, keeps, identity, environment, seeded = false, ...base } = stage;
  return withItems(base, {
    ...ports(base),
    open: create as unknown as AnyItemWork['open'],
    pure: {
      keeps,
      seeded,
      identity: (identity ?? ((item) => item)) as (item: unknown) => unknown,
      environment: (environment ?? (() => ({}))) as AnyPurity['environment'],
    },
  });
}

function ports<I extends OnePort, O extends OnePort, C extends TObject, S extends ServiceTokens>({
  inputs,
  outputs,
  concurrency,
}: ItemStageBase<I, O, C, S>): Pick<AnyItemWork, 'input' | 'output' | 'concurrency'> {
  return {
    input: Object.keys(inputs)[0] ?? '',
    output: Object.keys(outputs)[0] ?? '',
    concurrency: (concurrency ?? (() => 1)) as (options: unknown) => number,
  };
}

function withItems<I extends OnePort, O extends OnePort, C extends TObject, S extends ServiceTokens>(
  { concurrency: _, ...base }: ItemStageBase<I, O, C, S>,
  items: AnyItemWork,
): StageDefinition<I, O, C, S> {
  const create = ((options: unknown, services: unknown, context: StageContext) =>
    workOnItems(items, { options, services, context })) as unknown as StageDefinition<I, O, C, S>['create'];
  return { ...defineStage<I, O, C, S>({ ...base, create }), items };
}
