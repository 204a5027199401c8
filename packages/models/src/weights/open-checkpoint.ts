import { modelErrors } from '../errors.js';
import type { CheckpointFile } from './checkpoint-file.js';
import { openRandomAccess, type RandomAccess } from './random-access.js';
import { openTorchZip } from './torch/open-torch-zip.js';

/**
 * Opens a checkpoint of any format that is read: PyTorch's `.pt` and `.pth`. The format is told by the content, not by the name. Names, shapes and element types are read and checked; tensors are read one at a time.
 * No code of the file is executed. Throws `models/BAD_CHECKPOINT` and `models/UNSAFE_PICKLE`.
 */
export async function openCheckpoint(path: string): Promise<CheckpointFile> {
  const file = await openRandomAccess(path);
  try {
    return await openAs(file);
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openAs(file: RandomAccess): Promise<CheckpointFile> {
  const head = await file.read(0, Math.min(file.size, 16));
  if (Buffer.from(head.subarray(0, 4)).toString('latin1') === 'PK\u0003\u0004') return openTorchZip(file);
  throw modelErrors.BAD_CHECKPOINT({ path: file.path, problem: 'it is of no format that is read' });
}
