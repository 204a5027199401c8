/** Where stages that work for long keep how far they are, so that a later run goes on from there. */
export interface StateStore {
  /**
   * The state of the work that depends on exactly this (plain JSON): whatever changes its results must be part of it. Runs that do the
   * same work share a state.
   */
  open(dependencies: unknown): Promise<StageState>;
}

/** Numbered snapshots of one piece of work; the last two are kept. Several processes may do the same work at once and write here. */
export interface StageState {
  /** SHA-256 (hex) of the dependencies. */
  readonly key: string;
  /** Folder of the snapshots. */
  readonly folder: string;
  /** The snapshot with the highest number that is intact. One that is damaged is removed, one of a newer release is left; both are logged. */
  read(): Promise<Snapshot | undefined>;
  /** Writes a snapshot, whole or not at all; `number` says how far the work is. Resolves with its path. Throws `core/STATE_NOT_WRITTEN`. */
  write(number: number, content: Uint8Array): Promise<string>;
}

export interface Snapshot {
  readonly number: number;
  readonly path: string;
  readonly content: Uint8Array<ArrayBuffer>;
}
