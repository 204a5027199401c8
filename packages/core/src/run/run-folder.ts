/** Where a run leaves its files. `path('checkpoints', 'a.safetensors')` also makes the folder that the file goes into. */
export interface RunFolder {
  /** Name of the run, for instance `demo-20261123-101502`. */
  readonly name: string;
  /** Absolute path. */
  readonly root: string;
  readonly path: (...parts: readonly string[]) => Promise<string>;
}
