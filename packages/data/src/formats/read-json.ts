import { readFile } from 'node:fs/promises';
import { dataErrors } from '../errors.js';
import { jsonErrorPosition } from './json-error-position.js';

/** Parses a UTF-8 JSON file; a byte order mark is skipped. Errors say line and column. */
export async function readJson(path: string): Promise<unknown> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw dataErrors.FILE_UNREADABLE({ path, reason: (cause as Error).message }, { cause });
  });
  const text = decode(bytes, path);
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const before = text.slice(0, jsonErrorPosition(text));
    const line = before.split('\n').length;
    const column = before.length - before.lastIndexOf('\n');
    const found = text.slice(before.length, before.length + 20).split('\n', 1)[0]!;
    throw dataErrors.JSON_SYNTAX({ path, line, column, found }, { cause });
  }
}

function decode(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw dataErrors.FILE_UNREADABLE(
      { path, reason: 'it is not UTF-8 text, or larger than a string can be' },
      { cause },
    );
  }
}
