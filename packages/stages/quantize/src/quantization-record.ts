import type { Evaluation, GateTrial } from '@sluice/models';
import type { QuantizeOptions } from './options.js';

/** What became of one part of a network. */
export interface GroupRecord {
  readonly group: string;
  readonly precision: 'int8' | 'float';
  /** Its weights alone are in INT8, and it computes in float. */
  readonly weights_only?: true;
  /** Names of its products. */
  readonly nodes: readonly string[];
  /** Of its weights in float. */
  readonly weight_bytes: number;
  /** Relative error of the network's output with this part alone in INT8; only where parts had to be ranked. */
  readonly error?: number;
}

/** What became of a network. */
export interface NetworkRecord {
  readonly precision: 'float' | 'int8' | 'float16-weights';
  /** Size of the float file and of the result. */
  readonly bytes: { readonly float: number; readonly quantized: number };
  /** Worst first where they were ranked, else in the order of the network. */
  readonly groups: readonly GroupRecord[];
  /** F1 with so many of the worst groups in float, in the order in which it was measured. */
  readonly trials: readonly GateTrial[];
}

/** Scores of the float and of the quantized model. */
export interface ScorePair {
  readonly float: Evaluation;
  readonly quantized: Evaluation;
}

/** All that was found out, and what it was decided by: `quantize.json`. */
export interface QuantizationRecord {
  readonly model: string;
  readonly epoch: number;
  /** SHA-256 of the checkpoint. */
  readonly checkpoint: string;
  readonly calibration: {
    readonly calibrator: QuantizeOptions['calibrator'];
    /** Keys of the images, in order. */
    readonly images: readonly string[];
    readonly digest: string;
  };
  readonly gate: {
    readonly subset: 'val';
    readonly max_f1_drop: number;
    readonly f1_float: number;
    readonly f1_quantized: number;
    readonly holds: boolean;
  };
  readonly encoder: NetworkRecord;
  readonly decoder: NetworkRecord;
  /** None of test where the dataset has no such images. */
  readonly scores: { readonly val: ScorePair; readonly test?: ScorePair };
}

/** What encoding an image costs on a machine. */
export interface EncodeCosts {
  readonly encode_ms: EncodeTimes;
  /** Peak memory in MB of a process that only encodes, on the CPU; not there where it could not be measured. */
  readonly peak_rss_mb?: { readonly float: number; readonly quantized: number };
}

/** How long an image takes through the encoders on a machine, warm: medians in milliseconds. */
export interface EncodeTimes {
  readonly processor: string;
  readonly threads: number;
  readonly float: number;
  readonly quantized: number;
}
