import { basename } from 'node:path';
import { nodeFileSystem, writeFileAtomic, type FileSystem } from '@sluice/core';
import { EXTERNAL_BYTES, withoutTensors } from './external-data.js';
import type { OnnxModel } from './onnx-schema.js';
import { expectedBytes, MOST_BYTES, writeOnnx } from './write-onnx.js';

export interface WriteOnnxFileOptions {
  /** A model of more bytes gets a second file. @default protobuf's limit */
  readonly mostBytes?: number;
  readonly files?: FileSystem;
}

/**
 * Writes a model as one file or, where protobuf's 2 GiB are not enough for it, as two: `PATH.data` holds the large tensors (ONNX's external data)
 * and belongs beside the model. The model is written last, and an older one goes before its tensors do: what is there under `path` is
 * whole at any moment. Returns the paths, the model's first.
 */
export async function writeOnnxFile(
  path: string,
  model: OnnxModel,
  { mostBytes = MOST_BYTES, files = nodeFileSystem }: WriteOnnxFileOptions = {},
): Promise<readonly string[]> {
  const dataPath = `${path}.data`;
  if (expectedBytes(model) <= mostBytes) {
    await writeFileAtomic(path, writeOnnx(model), files);
    await files.rm(dataPath, { force: true });
    return [path];
  }
  const pieces: Uint8Array[] = [];
  let end = 0;
  const small = withoutTensors(model, (bytes) => {
    const offset = end;
    const padding = -bytes.length & (EXTERNAL_BYTES - 1);
    pieces.push(bytes, new Uint8Array(padding));
    end += bytes.length + padding;
    return { location: basename(dataPath), offset };
  });
  await files.rm(path, { force: true });
  await writeFileAtomic(dataPath, pieces, files);
  await writeFileAtomic(path, writeOnnx(small), files);
  return [path, dataPath];
}
