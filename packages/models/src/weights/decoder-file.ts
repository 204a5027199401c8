import { readOnnxFile } from '../onnx/read-onnx.js';
import { modelDigest } from '../zoo/resolve-model-file.js';
import { openCheckpoint } from './open-checkpoint.js';

/** A file with SAM's mask decoder, and what it says of its weights: a checkpoint of a run, what was exported of one, or any other. */
export interface DecoderFile {
  /** Absolute. */
  readonly path: string;
  /** SHA-256 (hex) of the file. */
  readonly digest: string;
  /** Zoo model, or path of the checkpoint, that it was fine-tuned from; nothing where the file doesn't say. */
  readonly model: string | undefined;
  /** Epochs and optimiser steps trained; 0 where the file doesn't say. */
  readonly epoch: number;
  readonly step: number;
}

/** Reads what a file says of itself, not its tensors. Throws `models/NO_MODEL_FILE` and what `openCheckpoint` throws. */
export async function readDecoderFile(path: string): Promise<DecoderFile> {
  const digest = await modelDigest(path, 'decoder');
  const said = await metadataOf(path);
  return { path, digest, model: said['model'], epoch: countOf(said['epoch']), step: countOf(said['step']) };
}

async function metadataOf(path: string): Promise<Readonly<Record<string, string>>> {
  const file = await openCheckpoint(path);
  await file.close();
  if (file.format !== 'onnx') return file.metadata;
  const { metadataProps = [] } = await readOnnxFile(path);
  return Object.fromEntries(metadataProps.map(({ key, value }) => [key.replace(/^sluice\./, ''), value]));
}

function countOf(text: string | undefined): number {
  const count = Number(text ?? 0);
  return Number.isFinite(count) && count >= 0 ? count : 0;
}
