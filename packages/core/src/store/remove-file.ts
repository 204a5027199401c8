import type { FileSystem } from '../files/file-system.js';
import { storeFailure } from './store-failure.js';

/** Removes a file of the store; one that is gone already will do. */
export async function removeFile(path: string, files: FileSystem): Promise<void> {
  try {
    await files.rm(path, { force: true });
  } catch (error) {
    throw storeFailure('remove', path, error);
  }
}
