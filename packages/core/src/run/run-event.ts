import type { CacheRecord } from '../items/cache-record.js';
import type { KeyParts } from '../items/cache-record.js';
import type { DeadLetter } from '../items/dead-letter.js';

/** Scalar columns of a row in `metrics.csv` and `metrics.jsonl`: results alone, the same whenever the same is run. */
export type MetricValues = Readonly<Record<string, number | string | null>>;

/** What a stage reports while it works. */
export type StageEvent =
  | {
      readonly type: 'progress';
      readonly done: number;
      readonly total?: number;
      /** What is counted, for the progress line: `images`, `prompts`, `epochs`. */
      readonly unit: string;
      /** Short live numbers, for instance `loss 0.412 · lr 1e-4`. */
      readonly note?: string;
    }
  | {
      readonly type: 'metric';
      /** A row a training step, a row an epoch, or a row at the end. */
      readonly scope: 'step' | 'epoch' | 'final';
      readonly values: MetricValues;
      /** Times and speeds, which are others in each run: in `metrics.jsonl` only. */
      readonly timing?: MetricValues;
    }
  /** Items that were read but not used: read = used + skipped. */
  | {
      readonly type: 'skipped';
      readonly reason: string;
      readonly item: string;
      /** How many items this one stands for, for instance a whole subset. @default 1 */
      readonly count?: number;
      readonly detail?: string;
    }
  /** Adds to the count of `what`, for instance of `images used`. */
  | { readonly type: 'counted'; readonly what: string; readonly count: number }
  /** A file or folder in the run folder that a user will want to find. */
  | { readonly type: 'artifact'; readonly name: string; readonly path: string };

export type RunEvent =
  | {
      readonly type: 'run-started';
      readonly run: string;
      readonly folder: string;
      readonly pipeline: string;
      readonly stages: readonly string[];
    }
  /** What a service turned out to be, see `NoteService`; before the stages that use it are started. */
  | { readonly type: 'service-noted'; readonly service: string; readonly facts: Readonly<Record<string, string>> }
  | { readonly type: 'stage-started'; readonly stage: string }
  | (StageEvent & { readonly stage: string })
  /** What the keys of a pure stage's results are made of, before its first item. */
  | { readonly type: 'cache-key'; readonly stage: string; readonly parts: KeyParts }
  | ({ readonly type: 'item-cached'; readonly stage: string } & CacheRecord)
  /** An item was given up and left out; it is reported as skipped, too. */
  | ({ readonly type: 'dead-letter'; readonly stage: string } & DeadLetter)
  | { readonly type: 'stage-finished'; readonly stage: string; readonly milliseconds: number }
  | { readonly type: 'run-finished'; readonly milliseconds: number; readonly edges: readonly EdgeStatistics[] }
  /** The last event of a run that did not end well; `cancelled` when it was told to stop. */
  | { readonly type: 'run-failed'; readonly error: unknown; readonly stage?: string; readonly cancelled?: boolean };

export interface EdgeStatistics {
  /** `producer.port -> consumer.port` */
  readonly edge: string;
  readonly items: number;
  /** Most items that were ever in flight on the edge at once; at most `bound`. */
  readonly peak: number;
  readonly bound: number;
  /** Milliseconds in which the producer would have gone on if this edge had had room: where the run's time goes. */
  readonly waited: number;
}
