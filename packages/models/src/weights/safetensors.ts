import { modelErrors } from '../errors.js';
import { readSafetensorsHeader } from './safetensors-header.js';
import { elementBytes, tensorData, type ElementType, type TensorData } from './tensor-data.js';
import type { WeightTensor, Weights } from './weights.js';

/** A tensor as the file has it; F16 and BF16 are widened to float32, which is exact. */
export interface SafetensorsTensor {
  readonly dtype: ElementType;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

export interface SafetensorsFile {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, SafetensorsTensor>;
}

/** Reads a safetensors file's bytes. `source` names it in errors (`models/BAD_SAFETENSORS`). Nothing is executed or allocated before it is checked. */
export function readSafetensors(bytes: Uint8Array, source = 'safetensors data'): SafetensorsFile {
  const { metadata, entries } = readSafetensorsHeader(bytes, source);
  const tensors = new Map<string, SafetensorsTensor>();
  for (const { name, dtype, shape, begin, end } of entries) {
    const copy = new Uint8Array(end - begin); // aligned, and does not keep the file's bytes alive
    copy.set(bytes.subarray(begin, end));
    tensors.set(name, { dtype, shape, data: tensorData(dtype, copy.buffer) });
  }
  return { metadata, tensors };
}

/**
 * The bytes of a safetensors file of float32 tensors: the same for the same tensors and metadata, whatever their order was.
 * Data begins at a multiple of 8, as the reference implementation aligns it.
 */
export function writeSafetensors(
  tensors: Weights,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const named = [...tensors].sort(([a], [b]) => (a < b ? -1 : 1));
  const fields: [string, unknown][] = [];
  if (Object.keys(metadata).length > 0)
    fields.push(['__metadata__', Object.fromEntries(Object.entries(metadata).sort())]);
  let offset = 0;
  for (const [name, { shape, data }] of named) {
    checkWritable(name, shape, data);
    fields.push([name, { dtype: 'F32', shape, data_offsets: [offset, offset + data.byteLength] }]);
    offset += data.byteLength;
  }
  // Written pair by pair: an object would reorder names that look like numbers and swallow "__proto__".
  const json = `{${fields.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`;
  const header = new TextEncoder().encode(json);
  const start = 8 + Math.ceil(header.length / 8) * 8;
  const bytes = new Uint8Array(start + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(start - 8), true);
  bytes.fill(0x20, 8, start).set(header, 8);
  let position = start;
  for (const [, { data }] of named) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    position += data.byteLength;
  }
  return bytes;
}

/** The float tensors of a file as weights; a tensor of another dtype is an error. */
export function weightsOf({ tensors }: SafetensorsFile, source = 'safetensors data'): Weights {
  return new Map(
    [...tensors].map(([name, { dtype, shape, data }]): [string, WeightTensor] => {
      if (data instanceof Float32Array) return [name, { shape, data }];
      throw modelErrors.BAD_SAFETENSORS({
        source,
        problem: `tensor "${name}" has the dtype ${dtype}; weights are F32, F16 or BF16`,
      });
    }),
  );
}

function checkWritable(name: string, shape: readonly number[], data: Float32Array): void {
  const needed = shape.reduce((product, size) => product * size, elementBytes.F32);
  if (name !== '__metadata__' && needed === data.byteLength) return;
  const problem = `tensor "${name}" of shape [${shape.join(', ')}] can't be written with ${String(data.length)} values`;
  throw modelErrors.BAD_SAFETENSORS({ source: 'safetensors to write', problem });
}
