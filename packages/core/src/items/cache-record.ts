/** Everything that a kept result depends on, but the item itself: what `sluice why` compares. */
export interface KeyParts {
  /** Type of the stage. */
  readonly stage: string;
  /** The package that it comes in, and the digest of its code. */
  readonly package: { readonly name: string; readonly version: string; readonly integrity: string } | null;
  readonly options: Readonly<Record<string, unknown>>;
  readonly environment: unknown;
  /** Only where the stage says that it depends on it. */
  readonly seed: number | null;
}

/** What became of an item at the cache. */
export interface CacheRecord {
  readonly item: string;
  readonly key: string;
  /** Digest of what of the item the result depends on. */
  readonly input: string;
  readonly outcome: 'hit' | 'miss';
}
