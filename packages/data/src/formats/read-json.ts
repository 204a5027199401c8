import { dataErrors } from '../errors.js';
import { jsonErrorPosition } from './json-error-position.js';
import { readText } from './read-text.js';

/** Parses a UTF-8 JSON file; a byte order mark is skipped. Errors say line and column. */
export async function readJson(path: string): Promise<unknown> {
  return parseJson(await readText(path), path);
}

/** Parses the text of a JSON file. */
export function parseJson(text: string, path: string): unknown {
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
