import { stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { sha256File } from '@sluice/core';
import { modelErrors } from '../errors.js';
import { zooModel, type PinnedFile } from './model-zoo.js';

/**
 * The path of a zoo model's file, as installed and verified against its pin: once per process and file. Throws
 * `models/WEIGHTS_MISSING` or `models/WEIGHTS_CHANGED`.
 */
export async function resolveModelFile(model: string, part: 'encoder' | 'decoder'): Promise<string> {
  const pinned = zooModel(model)[part];
  const path = locate(model, pinned);
  await verifyOnce(model, path, pinned);
  return path;
}

/** The file is found inside the package, without loading the package or its peers. */
function locate(model: string, { package: from, file }: PinnedFile): string {
  try {
    return createRequire(import.meta.url).resolve(`${from}/${file}`);
  } catch (cause) {
    throw modelErrors.WEIGHTS_MISSING({ model, file, package: from }, { cause });
  }
}

const verified = new Map<string, Promise<void>>();

function verifyOnce(model: string, path: string, pinned: PinnedFile): Promise<void> {
  const known = verified.get(path);
  if (known !== undefined) return known;
  const check = verifyFile(model, path, pinned);
  verified.set(path, check);
  check.catch(() => verified.delete(path));
  return check;
}

/** Compares the size, which is cheap, before the hash. */
export async function verifyFile(
  model: string,
  path: string,
  { bytes, sha256 }: Pick<PinnedFile, 'bytes' | 'sha256'>,
): Promise<void> {
  const { size } = await stat(path);
  if (size !== bytes) {
    throw modelErrors.WEIGHTS_CHANGED({
      model,
      path,
      expected: `${String(bytes)} bytes`,
      actual: `${String(size)} bytes`,
    });
  }
  const actual = await sha256File(path);
  if (actual !== sha256) {
    throw modelErrors.WEIGHTS_CHANGED({ model, path, expected: `SHA-256 ${sha256}`, actual: `SHA-256 ${actual}` });
  }
}
