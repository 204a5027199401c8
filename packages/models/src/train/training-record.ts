import { readSafetensors, weightsOf, writeSafetensors } from '../weights/safetensors.js';
import type { FitRecord } from './fit.js';
import type { TrainingSnapshot } from './training-state.js';

/** What the bytes of a step depend on besides the training's own dependencies: it may differ from run to run, which is worth a warning. */
export type TrainingEnvironment = Readonly<Record<string, string | number>>;

/** All that training needs to go on: where it stands, and what it has told so far. */
export interface TrainingRecord {
  readonly snapshot: TrainingSnapshot;
  readonly past: readonly FitRecord[];
  readonly environment: TrainingEnvironment;
}

/** As a safetensors file: the snapshot's tensors, the rest as JSON in its metadata. The same record gives the same bytes. */
export function writeTrainingRecord({ snapshot, past, environment }: TrainingRecord): Uint8Array<ArrayBuffer> {
  const { steps, tensors } = snapshot;
  return writeSafetensors(tensors, {
    steps: String(steps),
    past: JSON.stringify(past, numberAsText),
    environment: JSON.stringify(environment),
  });
}

/** `source` names the bytes in errors. */
export function readTrainingRecord(bytes: Uint8Array, source: string): TrainingRecord {
  const file = readSafetensors(bytes, source);
  const { steps, past = '[]', environment = '{}' } = file.metadata;
  return {
    snapshot: { steps: Number(steps), tensors: weightsOf(file, source) },
    past: JSON.parse(past, textAsNumber) as readonly FitRecord[],
    environment: JSON.parse(environment) as TrainingEnvironment,
  };
}

/** JSON has neither NaN nor infinities: they are written as text, which a record has nowhere else. */
const numberAsText = (_: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;

const textAsNumber = (_: string, value: unknown): unknown => (typeof value === 'string' ? Number(value) : value);
