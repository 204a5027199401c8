import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { readManifest } from '@sluice/core';
import { readDecoderFile, TRAINED_DECODER, type DecoderFile } from '@sluice/models';
import { pipelinesErrors } from '../errors.js';
import { findRunFolders } from '../runs/find-run.js';

/**
 * The decoder that a user means by `--checkpoint`: a file, or a run by what `sluice runs` knows it by, of which it is the best checkpoint; `latest`
 * is the latest run that has one, as the runs that ask a decoder, or fail, have none. Throws `pipelines/NO_CHECKPOINT`, `pipelines/BAD_CHECKPOINT`, and what finding the run throws.
 */
export async function findCheckpoint(word: string, runsDir: string): Promise<DecoderFile> {
  if (isFile(word)) return opened(path.resolve(word));
  const folders = await findRunFolders(word, runsDir);
  for (const folder of folders) {
    const file = (await chosenBy(folder)) ?? lastOf(folder) ?? exportedBy(folder);
    if (file !== undefined) return opened(file);
  }
  throw pipelinesErrors.NO_CHECKPOINT({ folder: folders[0] });
}

const opened = (file: string): Promise<DecoderFile> =>
  readDecoderFile(file).catch((cause: unknown) => {
    throw pipelinesErrors.BAD_CHECKPOINT({ file }, { cause });
  });

/** The one that the run itself says is the one to use: early stopping has chosen it. */
async function chosenBy(folder: string): Promise<string | undefined> {
  const reading = await readManifest(folder);
  if ('problem' in reading) return undefined;
  const chosen = reading.manifest.artifacts.findLast(({ name }) => name === TRAINED_DECODER);
  const file = chosen && path.resolve(folder, chosen.path);
  // A manifest must not lead out of its folder.
  return file?.startsWith(folder + path.sep) === true && isFile(file) ? file : undefined;
}

/** The latest of a run that has not ended or did not stop early; that of epoch 0 is untouched. */
function lastOf(folder: string): string | undefined {
  const checkpoints = path.join(folder, 'checkpoints');
  const names =
    statSync(checkpoints, { throwIfNoEntry: false })?.isDirectory() === true ? readdirSync(checkpoints) : [];
  const trained = names.filter(
    (name) => /^epoch-\d+(-step-\d+)?\.safetensors$/.test(name) && !/^epoch-0+\./.test(name),
  );
  const last = trained.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1);
  return last && path.join(checkpoints, last);
}

/** For a run that only exported, or whose checkpoints were removed. */
function exportedBy(folder: string): string | undefined {
  const file = path.join(folder, 'models', 'decoder.onnx');
  return isFile(file) ? file : undefined;
}

const isFile = (file: string): boolean => statSync(file, { throwIfNoEntry: false })?.isFile() === true;
