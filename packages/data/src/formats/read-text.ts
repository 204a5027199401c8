import { readFile } from 'node:fs/promises';
import { dataErrors } from '../errors.js';

/** Reads a UTF-8 text file; a byte order mark is skipped. */
export async function readText(path: string): Promise<string> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw dataErrors.FILE_UNREADABLE({ path, reason: (cause as Error).message }, { cause });
  });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw dataErrors.FILE_UNREADABLE(
      { path, reason: 'it is not UTF-8 text, or larger than a string can be' },
      { cause },
    );
  }
}
