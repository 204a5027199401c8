import { stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { sha256File } from '@sluice/core';
import { modelErrors } from '../errors.js';
import { isModelFile, zooModel, type Architecture, type PinnedFile } from './model-zoo.js';
import { modelsFolder } from './models-folder.js';

/** A file that a model's weights are read from. */
export interface ResolvedModel {
  /** Of a zoo model; that of any other file is what its tensors say. */
  readonly architecture: Architecture | undefined;
  /** Absolute path: an ONNX file by its name, else a checkpoint. */
  readonly file: string;
  readonly sha256: string;
}

/**
 * The file of a model's part, where it lies and what is in it: a zoo model's by its pin, of which the file must be present and intact, or a
 * checkpoint's by its path. Throws `models/WEIGHTS_MISSING`, `models/NOT_PULLED`, `models/NO_MODEL_FILE`, `models/WEIGHTS_CHANGED`.
 */
export async function resolveModel(model: string, part: 'encoder' | 'decoder'): Promise<ResolvedModel> {
  if (isModelFile(model)) return { architecture: undefined, file: model, sha256: await hashOnce(model) };
  const entry = zooModel(model);
  const pinned = entry[part];
  const file = locate(model, pinned);
  await verifyOnce(model, file, pinned);
  return { architecture: entry.architecture, file, sha256: pinned.sha256 };
}

/** The path alone. */
export const resolveModelFile = async (model: string, part: 'encoder' | 'decoder'): Promise<string> =>
  (await resolveModel(model, part)).file;

/** SHA-256 (hex) of a part's file: what results depend on. A zoo model's is known without its file. */
export const modelDigest = async (model: string, part: 'encoder' | 'decoder'): Promise<string> =>
  isModelFile(model) ? hashOnce(model) : zooModel(model)[part].sha256;

/** Where a zoo model's file is or would be. It is found inside its package without loading the package or its peers. */
export function locate(model: string, { source, file }: PinnedFile, folder = modelsFolder()): string {
  if ('url' in source) return join(folder, file);
  try {
    return createRequire(import.meta.url).resolve(`${source.package}/${file}`);
  } catch (cause) {
    throw modelErrors.WEIGHTS_MISSING({ model, file, package: source.package }, { cause });
  }
}

const verified = new Map<string, Promise<void>>();
const hashed = new Map<string, Promise<string>>();

/** Once per process and file; what has failed is tried again. */
function once<T>(known: Map<string, Promise<T>>, path: string, make: () => Promise<T>): Promise<T> {
  const before = known.get(path);
  if (before !== undefined) return before;
  const made = make();
  known.set(path, made);
  made.catch(() => known.delete(path));
  return made;
}

const verifyOnce = (model: string, path: string, pinned: PinnedFile): Promise<void> =>
  once(verified, path, () => verifyFile(model, path, pinned));

/** A file that is written again is another one. */
async function hashOnce(path: string): Promise<string> {
  const { size, mtimeMs } = await stat(path).catch((cause: unknown) => {
    throw modelErrors.NO_MODEL_FILE({ path }, { cause });
  });
  return once(hashed, `${path} ${String(size)} ${String(mtimeMs)}`, () => sha256File(path));
}

/** Compares the size, which is cheap, before the hash. */
export async function verifyFile(
  model: string,
  path: string,
  { bytes, sha256, source, note }: Pick<PinnedFile, 'bytes' | 'sha256' | 'source' | 'note'>,
): Promise<void> {
  const changed = (what: string, expected: string | number, actual: string | number) =>
    modelErrors.WEIGHTS_CHANGED({
      ...{
        model,
        path,
        advice: [...(note === undefined ? [] : [note]), 'url' in source ? pullAgain(model) : installAgain].join(' '),
      },
      ...{ expected: what.replace('#', String(expected)), actual: what.replace('#', String(actual)) },
    });
  const { size } = await stat(path).catch((cause: unknown) => {
    throw modelErrors.NOT_PULLED({ model, folder: modelsFolder() }, { cause });
  });
  if (size !== bytes) throw changed('# bytes', bytes, size);
  const actual = await sha256File(path);
  if (actual !== sha256) throw changed('SHA-256 #', sha256, actual);
}

const pullAgain = (model: string): string => `\`sluice models pull ${model}\` brings it again`;
const installAgain =
  'Delete node_modules and install again; if it still differs, the package was altered: do not use it';
