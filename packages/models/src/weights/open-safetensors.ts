import { modelErrors } from '../errors.js';
import type { CheckpointFile } from './checkpoint-file.js';
import type { RandomAccess } from './random-access.js';
import { readSafetensorsHeader, safetensorsHeaderEnd } from './safetensors-header.js';
import { stripPrefix } from './strip-prefix.js';
import { tensorData } from './tensor-data.js';

/** A safetensors file, tensor by tensor. Throws `models/BAD_SAFETENSORS`. */
export async function openSafetensors(file: RandomAccess): Promise<CheckpointFile> {
  const { path, size } = file;
  const end = safetensorsHeaderEnd(await file.read(0, Math.min(8, size)), size, path);
  const { entries, metadata } = readSafetensorsHeader(await file.read(0, end), path, size);
  const { named, notes } = stripPrefix(new Map(entries.map((entry) => [entry.name, entry])));
  return {
    path,
    format: 'safetensors',
    tensors: new Map([...named].map(([name, { shape, dtype }]) => [name, { shape, dtype }])),
    metadata,
    notes,
    bytesRead: file.bytesRead,
    close: file.close,
    read: async (name) => {
      const entry = named.get(name);
      if (entry === undefined) throw modelErrors.MISSING_TENSOR({ path, name });
      const { shape, dtype, begin } = entry;
      const bytes = await file.read(begin, entry.end - begin);
      return { shape, dtype, data: tensorData(dtype, bytes.buffer) };
    },
  };
}
