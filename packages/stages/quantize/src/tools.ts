import type { ContentStore, Logger } from '@sluice/core';
import type { TensorEngine } from '@sluice/models';

/** What the work needs of the run. */
export interface Tools {
  readonly engine: TensorEngine;
  readonly store: ContentStore;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Told after each image what is done with it; throws where the run is to end. */
  readonly onImage: (done: number, total: number, note: string) => void;
}
