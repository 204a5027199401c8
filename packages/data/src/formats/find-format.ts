import { dataErrors } from '../errors.js';
import type { DatasetFormat } from './dataset-format.js';
import { datasetFormats } from './formats.js';

/** A dataset's format, and what it is known by. */
export interface FoundFormat {
  readonly format: DatasetFormat;
  readonly reason: string;
}

/** The format of the name given, or with `auto` the first that the folder looks like. */
export async function findFormat(root: string, name: string): Promise<FoundFormat> {
  const known = [...datasetFormats.keys()];
  if (name !== 'auto') {
    const format = datasetFormats.get(name);
    if (!format) throw dataErrors.FORMAT_NAME({ name, known });
    return { format, reason: 'as asked for' };
  }
  for (const format of datasetFormats.values()) {
    const detection = await format.detect(root);
    if (detection) return { format, reason: detection.reason };
  }
  throw dataErrors.FORMAT_UNKNOWN({ root, known });
}
