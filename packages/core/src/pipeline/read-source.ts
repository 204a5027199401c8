import { readFile, stat } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { problem, type Report } from './problem.js';
import { SourceText, type Place } from './source-text.js';

const MAX_BYTES = 1024 * 1024;

/**
 * Reads a pipeline file; what cannot be its text is reported, and nothing comes back. `bytes` are as on disk, for the digest.
 * `namedAt` is where another file names it: that is where its absence is reported, and it must be a regular file.
 */
export async function readSource(
  file: string,
  cwd: string,
  report: Report,
  namedAt?: Place,
): Promise<{ readonly source: SourceText; readonly bytes: Uint8Array } | undefined> {
  const path = resolve(cwd, file);
  const name = displayName(path, cwd);
  const folder = dirname(path);
  const nowhere = (): Place => namedAt ?? { source: new SourceText(name, folder, ''), start: 0, end: 0 };
  let bytes: Uint8Array;
  try {
    const found = await stat(path);
    if (namedAt !== undefined && !found.isFile()) {
      report(problem('file-unreadable', nowhere(), { path: name, reason: 'it is not a regular file' }));
      return undefined;
    }
    const { size } = found;
    if (size > MAX_BYTES) {
      report(problem('file-too-large', nowhere(), { bytes: size, limit: MAX_BYTES }));
      return undefined;
    }
    bytes = await readFile(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') report(problem('file-not-found', nowhere(), { path: name }));
    else report(problem('file-unreadable', nowhere(), { path: name, reason: code ?? message }));
    return undefined;
  }
  const source = decodeSource(bytes, name, folder, report);
  return source === undefined ? undefined : { source, bytes };
}

/** UTF-8, with or without a byte order mark; refuses what YAML cannot hold. */
export function decodeSource(bytes: Uint8Array, name: string, folder: string, report: Report): SourceText | undefined {
  if (bytes.length > MAX_BYTES) {
    const place = { source: new SourceText(name, folder, ''), start: 0, end: 0 };
    report(problem('file-too-large', place, { bytes: bytes.length, limit: MAX_BYTES }));
    return undefined;
  }
  const lenient = new TextDecoder('utf-8').decode(bytes);
  const source = new SourceText(name, folder, lenient);
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const { character, byte } = firstInvalid(bytes, lenient);
    const shown = `0x${(bytes[byte] ?? 0).toString(16).padStart(2, '0')}`;
    const hint = 'save the file as UTF-8';
    report(problem('not-utf8', { source, start: character, end: character + 1 }, { byte: shown }, { hint }));
    return undefined;
  }
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.exec(lenient);
  if (control !== null) {
    const code = control[0].charCodeAt(0);
    const character = code === 0 ? 'a NUL character' : `control character U+${code.toString(16).padStart(4, '0')}`;
    report(problem('bad-character', { source, start: control.index, end: control.index + 1 }, { name: character }));
    return undefined;
  }
  if (lenient.trim() === '') {
    const hint = 'a pipeline starts with `sluice: 1`';
    report(problem('empty-file', { source, start: 0, end: 0 }, undefined, { hint }));
    return undefined;
  }
  return source;
}

/** The first replacement character of the lenient text that does not stand in the file as such. */
function firstInvalid(bytes: Uint8Array, lenient: string): { readonly character: number; readonly byte: number } {
  const mark = [0xef, 0xbb, 0xbf];
  let byte = mark.every((each, index) => bytes[index] === each) ? mark.length : 0;
  let character = 0;
  for (let at = lenient.indexOf('\ufffd'); at !== -1; at = lenient.indexOf('\ufffd', at + 1)) {
    byte += Buffer.byteLength(lenient.slice(character, at));
    character = at;
    const written = [0xef, 0xbf, 0xbd].every((each, index) => bytes[byte + index] === each);
    if (!written) break;
  }
  return { character, byte };
}

/** Relative to the working folder where it lies inside. */
export function displayName(path: string, cwd: string): string {
  const inside = relative(cwd, path);
  return inside.startsWith('..') ? path : inside;
}
