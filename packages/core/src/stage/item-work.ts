import type { StageContext } from './stage-context.js';

/** What work on an item is told. */
export interface ItemContext {
  /** Aborted when the run is cancelled or fails, or when the item's time is up. */
  readonly signal: AbortSignal;
  /** Counted from 1. */
  readonly attempt: number;
}

/** What a pure stage's `work` may give. */
export interface KeptContent {
  readonly json: unknown;
  readonly bytes: Uint8Array;
}

/** What is kept of an item: a JSON value as it was given, or bytes to read. */
export type KeptItem<K extends keyof KeptContent> = {
  /** The key in the content store: equal keys, equal content. */
  readonly key: string;
} & (K extends 'json'
  ? { readonly value: unknown }
  : {
      /** From the store; what was damaged or removed meanwhile is made again. */
      readonly read: () => Promise<Uint8Array>;
    });

/** The item-wise work of any stage: what `StageDefinition.items` holds. */
export interface AnyItemWork {
  readonly input: string;
  readonly output: string;
  readonly concurrency: (options: unknown) => number;
  readonly open: (options: unknown, services: unknown, context: StageContext) => AnyItemWorker;
  /** Only where results may be kept. */
  readonly pure?: AnyPurity;
}

/** What each slot of `services:` holds: a bundled choice by name, a package with its version and the digest of its code. */
export type ChosenServices = Readonly<Record<string, string>>;

export interface AnyPurity {
  readonly keeps: keyof KeptContent;
  readonly seeded: boolean;
  readonly identity: (item: unknown) => unknown;
  readonly environment: (options: unknown, chosen: ChosenServices) => unknown;
}

export interface AnyItemWorker {
  readonly work: (item: unknown, context: ItemContext) => unknown;
  readonly result?: (item: unknown, kept: unknown) => unknown;
  readonly release?: () => void | Promise<void>;
}
