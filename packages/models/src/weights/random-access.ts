import { open } from 'node:fs/promises';
import { modelErrors } from '../errors.js';

/** A file that is read by ranges. */
export interface RandomAccess {
  readonly path: string;
  readonly size: number;
  /** All bytes of `[offset, offset + length)`, in a buffer of their own; an error where the file ends before that. */
  readonly read: (offset: number, length: number) => Promise<Uint8Array<ArrayBuffer>>;
  /** How many bytes were read so far. */
  readonly bytesRead: () => number;
  readonly close: () => Promise<void>;
}

/** Bytes a single call to the operating system asks for; Linux reads at most 2 GiB at once. */
const AT_ONCE = 1 << 30;

/** Throws what the operating system says of a file that can't be opened, and `models/BAD_CHECKPOINT` for what is no file. */
export async function openRandomAccess(path: string): Promise<RandomAccess> {
  const file = await open(path, 'r');
  let count = 0;
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw modelErrors.BAD_CHECKPOINT({ path, problem: 'it is no file' });
    const { size } = stats;
    return {
      path,
      size,
      bytesRead: () => count,
      close: () => file.close(),
      read: async (offset, length) => {
        if (offset + length > size) throw truncated(path, offset + length, size); // before the memory is taken
        const bytes = new Uint8Array(length);
        for (let done = 0; done < length;) {
          const { bytesRead } = await file.read(bytes, done, Math.min(AT_ONCE, length - done), offset + done);
          if (bytesRead === 0) throw truncated(path, offset + length, offset + done);
          done += bytesRead;
          count += bytesRead;
        }
        return bytes;
      },
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

const truncated = (path: string, wanted: number, size: number): Error =>
  modelErrors.BAD_CHECKPOINT({
    path,
    problem: `it ends at byte ${String(size)}, where at least ${String(wanted)} are needed; it may be truncated`,
  });
