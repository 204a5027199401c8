import { stat } from 'node:fs/promises';
import { SluiceError } from '@sluice/core';
import {
  countModel,
  filesOf,
  locate,
  modelNames,
  verifyFile,
  zooModel,
  type ModelCounts,
  type PinnedFile,
  type ZooModel,
} from '@sluice/models';

/** A file of a model: what it should be, and where it is. */
export interface ModelFileRecord {
  readonly file: string;
  /** Where it comes from: a URL, or an npm package that is installed with sluice. */
  readonly source: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Where it is or would be. */
  readonly path: string;
  readonly present: boolean;
}

/** A model of the zoo on this machine, as `--json` shows it. */
export interface ModelRecord {
  readonly name: string;
  readonly summary: string;
  readonly architecture: string;
  readonly license: string;
  readonly state: 'here' | 'not pulled' | 'not installed';
  readonly bytes: number;
  readonly published: ZooModel['published'];
  readonly files: readonly ModelFileRecord[];
}

export const allModels = (folder: string): Promise<readonly ModelRecord[]> =>
  Promise.all(modelNames.map((name) => modelRecord(name, folder)));

/** Throws `models/UNKNOWN_MODEL`. Looks only whether files are there, not into them. */
export async function modelRecord(name: string, folder: string): Promise<ModelRecord> {
  const model = zooModel(name);
  const files = await Promise.all(filesOf(model).map((pinned) => fileRecord(name, pinned, folder)));
  const here = files.every(({ present }) => present);
  const { summary, architecture, license, published } = model;
  return {
    ...{ name, summary, architecture, license },
    state: here ? 'here' : 'package' in model.encoder.source ? 'not installed' : 'not pulled',
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    ...{ published, files },
  };
}

/** What was counted, or why nothing was. */
export type CountedModel = ModelCounts | string;

/** Counts a model that is here; of one that is altered, the counts are those of what is there, if it can be read at all. */
export async function countedModel({ name, state }: ModelRecord, folder: string): Promise<CountedModel> {
  if (state !== 'here') return 'counted once it is here';
  return countModel(name, folder).catch(() => `its file can't be read: \`sluice models verify ${name}\``);
}

async function fileRecord(name: string, pinned: PinnedFile, folder: string): Promise<ModelFileRecord> {
  const { file, bytes, sha256, source } = pinned;
  const path = placeOf(name, pinned, folder);
  const present =
    path !== '' &&
    (await stat(path).then(
      (stats) => stats.isFile(),
      () => false,
    ));
  return { file, source: 'url' in source ? source.url : `npm package ${source.package}`, bytes, sha256, path, present };
}

/** Empty where the package isn't installed. */
function placeOf(name: string, pinned: PinnedFile, folder: string): string {
  try {
    return locate(name, pinned, folder);
  } catch {
    return '';
  }
}

/** Reads a model's files and compares them with what they are pinned to. */
export async function verifyModel({ name, files }: ModelRecord): Promise<readonly VerifiedFile[]> {
  const pins = filesOf(zooModel(name));
  const verified: VerifiedFile[] = [];
  for (const [i, { path, present }] of files.entries()) {
    const problem = present ? await problemOf(verifyFile(name, path, pins[i]!)) : undefined;
    const state = !present ? 'missing' : problem === undefined ? 'intact' : 'altered';
    verified.push({ model: name, path, state, ...(problem !== undefined && { problem }) });
  }
  return verified;
}

/** What is wrong with a file, in the words of its error. */
const problemOf = (verified: Promise<void>): Promise<string | undefined> =>
  verified.then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof SluiceError && error.code === 'models/WEIGHTS_CHANGED') return error.message;
      throw error;
    },
  );

export interface VerifiedFile {
  readonly model: string;
  readonly path: string;
  readonly state: 'missing' | 'altered' | 'intact';
  /** How one that is altered differs from what it should be. */
  readonly problem?: string;
}
