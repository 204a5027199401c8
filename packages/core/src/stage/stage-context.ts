import type { Logger } from '../services/logger.js';
import type { RunFolder } from '../run/run-folder.js';
import type { StageEvent } from '../run/run-event.js';

/** What a stage knows of the run that it is part of. */
export interface StageContext {
  /** The stage's key in the pipeline file. */
  readonly id: string;
  /** The pipeline's seed; derive streams of numbers with `randomOf(seed, ...keys)`. */
  readonly seed: number;
  readonly run: RunFolder;
  /** A child logger that names the stage. */
  readonly logger: Logger;
  /** Publishes progress, metrics, skipped items and artifacts; subscribers draw bars and write files. */
  readonly report: (event: StageEvent) => void;
  /** Aborted when the run is cancelled or fails. */
  readonly signal: AbortSignal;
}
