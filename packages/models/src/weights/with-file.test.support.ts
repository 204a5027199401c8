import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SluiceError } from '@sluice/core';
import type { CheckpointFile } from './checkpoint-file.js';
import { openCheckpoint } from './open-checkpoint.js';

/** Opens bytes as a file, and takes the file away afterwards. */
export async function withFile<T>(bytes: Uint8Array, use: (file: CheckpointFile) => Promise<T> | T): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'checkpoint-'));
  try {
    const path = join(folder, 'x.pt');
    writeFileSync(path, bytes);
    const file = await openCheckpoint(path);
    try {
      return await use(file);
    } finally {
      await file.close();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const readAll = (file: CheckpointFile): Promise<unknown> => Promise.all([...file.tensors.keys()].map(file.read));

/** The error of opening the file and reading all of it; undefined where there is none. Anything but an error of a code is thrown. */
export async function refusalOf(bytes: Uint8Array): Promise<SluiceError | undefined> {
  try {
    await withFile(bytes, readAll);
    return undefined;
  } catch (error) {
    if (error instanceof SluiceError) return error;
    throw error;
  }
}
