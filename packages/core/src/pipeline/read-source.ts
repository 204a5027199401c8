import { readFile, stat } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { problem, type Report } from './problem.js';
import { SourceText } from './source-text.js';

const MAX_BYTES = 1024 * 1024;

/** Reads a pipeline file; what cannot be its text is reported, and nothing comes back. `bytes` are as on disk, for the digest. */
export async function readSource(
  file: string,
  cwd: string,
  report: Report,
): Promise<{ readonly source: SourceText; readonly bytes: Uint8Array } | undefined> {
  const path = resolve(cwd, file);
  const name = displayName(path, cwd);
  const folder = dirname(path);
  const nowhere = (): { source: SourceText; start: number; end: number } => ({
    source: new SourceText(name, folder, ''),
    start: 0,
    end: 0,
  });
  let bytes: Uint8Array;
  try {
    const { size } = await stat(path);
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
    const at = firstInvalidByte(bytes);
    const before = new TextDecoder('utf-8').decode(bytes.subarray(0, at)).length;
    const byte = `0x${(bytes[at] ?? 0).toString(16).padStart(2, '0')}`;
    const hint = 'save the file as UTF-8';
    report(problem('not-utf8', { source, start: before, end: before + 1 }, { byte }, { hint }));
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

/** The longest valid prefix is found by halving: what is cut off in the middle of a character counts as valid. */
function firstInvalidByte(bytes: Uint8Array): number {
  let low = 0;
  let high = bytes.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (isValidPrefix(bytes.subarray(0, middle))) low = middle;
    else high = middle - 1;
  }
  return Math.min(low, bytes.length - 1);
}

function isValidPrefix(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

function displayName(path: string, cwd: string): string {
  const inside = relative(cwd, path);
  return inside.startsWith('..') ? path : inside;
}
