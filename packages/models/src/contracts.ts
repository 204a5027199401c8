import { defineContract } from '@sluice/core';
import type { Frame, ImageRef, Subset } from '@sluice/data';

/** An image's embedding on disk. */
export interface EncodedSample {
  /** `Sample.key`. */
  readonly key: string;
  readonly subset: Subset;
  readonly image: ImageRef;
  readonly frame: Frame;
  /** Key of the embedding in the content store. */
  readonly digest: string;
  /** Token-major embedding, float32 `[4096, 256]` (64x64 tokens in row-major order, 256 channels), read from disk. */
  readonly load: () => Promise<Float32Array<ArrayBuffer>>;
}

/** A mask decoder's weights after some training; epoch 0 is the untouched model. */
export interface Checkpoint {
  /** Epochs trained, which tells checkpoints apart; a fraction within an epoch. */
  readonly epoch: number;
  /** Optimiser steps taken so far. */
  readonly step: number;
  /** Optimiser steps in one epoch. */
  readonly stepsPerEpoch: number;
  /** Mean training loss since the checkpoint before; none at epoch 0. */
  readonly loss?: number;
  /** Epochs between two checkpoints where OTX's adaptive rule has chosen them: patience adapts to it. */
  readonly adaptiveInterval?: number;
  /** Model of the zoo that the decoder belongs to, for instance `sam-tiny-vit`. */
  readonly model: string;
  /** Safetensors file with SAM's parameter names (`mask_decoder.*`, `prompt_encoder.*`). */
  readonly path: string;
  /** SHA-256 (hex) of the file. */
  readonly digest: string;
}

/** The artifact by which a run says which of its checkpoints is the one to use: what `--checkpoint RUN` takes. */
export const TRAINED_DECODER = 'fine-tuned decoder (checkpoint)';

/** Micro metrics over all pixels of a subset at original resolution, and macro means over its instances; all in 0..1. */
export interface MetricScores {
  readonly f1: number;
  readonly iou: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1_macro: number;
  readonly iou_macro: number;
}

export interface Metrics {
  readonly subset: Subset;
  readonly checkpoint: Checkpoint;
  readonly images: number;
  readonly instances: number;
  readonly scores: MetricScores;
}

/** Early stopping's word on an epoch. */
export interface Decision {
  readonly epoch: number;
  readonly stop: boolean;
  /** Why, in a sentence. */
  readonly reason: string;
  readonly best: { readonly epoch: number; readonly value: number };
  /** Scores of the epoch's checkpoint, and its training loss as `loss`. */
  readonly scores?: Readonly<Partial<Record<WatchedScore, number>>>;
}

/** What early stopping and the learning rate can watch. */
export type WatchedScore = keyof MetricScores | 'loss';

/** Exported files of a model. */
export interface ModelArtifact {
  readonly model: string;
  readonly encoder: string;
  readonly decoder: string;
  readonly checkpoint: Checkpoint;
}

export const EncodedSampleContract = defineContract<EncodedSample>('EncodedSample', "An image's embedding.");
export const CheckpointContract = defineContract<Checkpoint>('Checkpoint', "A mask decoder's weights after an epoch.");
export const MetricsContract = defineContract<Metrics>('Metrics', 'Scores of a checkpoint on a subset.');
export const DecisionContract = defineContract<Decision>('Decision', 'Whether training goes on.');
export const ModelArtifactContract = defineContract<ModelArtifact>('ModelArtifact', 'Exported model files.');
