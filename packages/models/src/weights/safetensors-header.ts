import { modelErrors } from '../errors.js';
import { duplicateKey } from './duplicate-key.js';
import { elementBytes, isElementType, type ElementType } from './tensor-data.js';

/** Where a tensor lies: `[begin, end)` in the file. */
export interface SafetensorsEntry {
  readonly name: string;
  readonly dtype: ElementType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly metadata: Readonly<Record<string, string>>;
  readonly entries: readonly SafetensorsEntry[];
}

const LARGEST_HEADER = 100_000_000;

/** Bytes of the header, its length's 8 bytes included; `head` holds at least those 8. Checked before that many bytes are read. */
export function safetensorsHeaderEnd(head: Uint8Array, fileSize: number, source: string): number {
  const refuse = (problem: string): Error => modelErrors.BAD_SAFETENSORS({ source, problem });
  if (fileSize < 8) throw refuse(`it has ${String(fileSize)} bytes, less than the 8 that tell the header's length`);
  const length = new DataView(head.buffer, head.byteOffset).getBigUint64(0, true);
  if (length > LARGEST_HEADER)
    throw refuse(`its header claims ${String(length)} bytes; at most ${String(LARGEST_HEADER)} are read`);
  const end = 8 + Number(length);
  if (end > fileSize) throw refuse(`its header claims ${String(length)} bytes, but the file ends before that`);
  return end;
}

/**
 * Reads and checks the header: 8 bytes of little-endian length, then JSON. The tensors must cover the rest of the file without
 * gap or overlap, each with exactly the bytes of its shape and dtype. https://huggingface.co/docs/safetensors (format)
 * `bytes` are the file's, from its beginning to the header's end at least.
 */
export function readSafetensorsHeader(
  bytes: Uint8Array,
  source: string,
  fileSize: number = bytes.length,
): SafetensorsHeader {
  const refuse = (problem: string): Error => modelErrors.BAD_SAFETENSORS({ source, problem });
  const start = safetensorsHeaderEnd(bytes, fileSize, source);
  const text = textOf(bytes.subarray(8, start), refuse);
  const fields = jsonObject(text, refuse);
  const metadata = metadataOf(fields['__metadata__'], refuse);
  const entries = Object.entries(fields)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, value]) => entryOf(name, value, start, refuse))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);

  let position = start;
  for (const { name, begin, end } of entries) {
    if (begin < position) throw refuse(`tensor "${name}" overlaps the one before it`);
    if (begin > position) throw refuse(`there is a hole of ${String(begin - position)} bytes before tensor "${name}"`);
    position = end;
    if (position > fileSize) throw refuse(`tensor "${name}" ends beyond the file; it may be truncated`);
  }
  if (position < fileSize) throw refuse(`${String(fileSize - position)} bytes at its end belong to no tensor`);
  return { metadata, entries };
}

type Refuse = (problem: string) => Error;

function textOf(bytes: Uint8Array, refuse: Refuse): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw refuse('its header is not UTF-8');
  }
}

function jsonObject(text: string, refuse: Refuse): Record<string, unknown> {
  if (!text.startsWith('{')) throw refuse('its header is no JSON object');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refuse(`its header is not valid JSON: ${(error as Error).message}`);
  }
  const twice = duplicateKey(text);
  if (twice !== undefined) throw refuse(`its header has the key ${JSON.stringify(twice)} twice`);
  return value as Record<string, unknown>;
}

function metadataOf(value: unknown, refuse: Refuse): Record<string, string> {
  if (value === undefined) return {};
  if (!isObject(value) || !Object.values(value).every((text) => typeof text === 'string')) {
    throw refuse('its "__metadata__" is no object of strings');
  }
  return value as Record<string, string>;
}

function entryOf(name: string, value: unknown, start: number, refuse: Refuse): SafetensorsEntry {
  const { dtype, shape, data_offsets: offsets } = isObject(value) ? value : {};
  if (!isElementType(dtype)) {
    throw refuse(
      `tensor "${name}" has the dtype ${JSON.stringify(dtype)}; known are ${Object.keys(elementBytes).join(', ')}`,
    );
  }
  if (!isSizes(shape)) throw refuse(`tensor "${name}" has no valid shape`);
  if (!isSizes(offsets) || offsets.length !== 2) throw refuse(`tensor "${name}" has no valid data_offsets`);
  const [begin, end] = offsets as [number, number];
  const bytes = shape.reduce((product, size) => product * size, elementBytes[dtype]);
  if (!Number.isSafeInteger(bytes) || end - begin !== bytes) {
    throw refuse(
      `tensor "${name}" of ${dtype} [${shape.join(', ')}] needs ${String(bytes)} bytes, its data_offsets give ${String(end - begin)}`,
    );
  }
  return { name, dtype, shape, begin: start + begin, end: start + end };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Integers from 0 to 2^53 - 1. */
const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && (size as number) >= 0);
