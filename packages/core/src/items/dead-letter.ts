/** An item that was given up. */
export interface DeadLetter {
  readonly item: string;
  /** Digest of the item itself, by which a replay finds it again; missing where JSON cannot hold it. */
  readonly digest: string | undefined;
  readonly attempts: number;
  readonly error: unknown;
}
