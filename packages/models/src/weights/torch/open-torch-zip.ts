import { modelErrors } from '../../errors.js';
import type { CheckpointFile } from '../checkpoint-file.js';
import { PickleEnded } from '../pickle/byte-cursor.js';
import { readPickle } from '../pickle/read-pickle.js';
import type { PickleValue, TorchStorage } from '../pickle/pickle-values.js';
import type { RandomAccess } from '../random-access.js';
import { elementBytes } from '../tensor-data.js';
import { openZip, type ZipArchive } from '../zip/open-zip.js';
import { openStateDict } from './open-state-dict.js';
import { torchGlobals, torchStorage } from './torch-globals.js';

/** More than a thousand times what SAM's largest checkpoint has. */
const LONGEST_PICKLE = 64 * 1024 * 1024;

/**
 * A checkpoint of `torch.save` since PyTorch 1.6: a zip of `NAME/data.pkl`, which describes the tensors, and `NAME/data/KEY`, the
 * storages' raw bytes; `NAME/byteorder` says of which kind (little where it is absent).
 */
export async function openTorchZip(file: RandomAccess): Promise<CheckpointFile> {
  const zip = await openZip(file);
  const root = rootOf(zip, file.path);
  const bigEndian = await isBigEndian(zip, root, file.path);
  const value = await readRoot(zip, root, file.path);
  return openStateDict(file, {
    format: 'torch',
    value,
    bigEndian,
    check: (storage) => {
      checkStorage(zip, root, storage, file.path);
    },
    read: ({ key }, begin, end) => zip.read(`${root}data/${key}`, begin, end),
  });
}

const refusal = (path: string, problem: string): Error => modelErrors.BAD_CHECKPOINT({ path, problem });

function rootOf({ sizes }: ZipArchive, path: string): string {
  const pickles = [...sizes.keys()].filter((name) => /^([^/]+\/)?data\.pkl$/.test(name));
  if (pickles.length === 1) return pickles[0]!.slice(0, -'data.pkl'.length);
  const problem = pickles.length === 0 ? 'it is a zip without data.pkl' : `it is a zip with ${pickles.join(' and ')}`;
  throw refusal(path, `${problem}; torch.save writes one`);
}

async function isBigEndian(zip: ZipArchive, root: string, path: string): Promise<boolean> {
  const name = `${root}byteorder`;
  const size = zip.sizes.get(name);
  if (size === undefined) return false;
  const order = size > 6 ? '' : new TextDecoder().decode(await zip.read(name, 0, size));
  if (order === 'little' || order === 'big') return order === 'big';
  throw refusal(path, 'its part "byteorder" says neither little nor big');
}

async function readRoot(zip: ZipArchive, root: string, path: string): Promise<PickleValue> {
  const member = `${root}data.pkl`;
  const size = zip.sizes.get(member)!;
  if (size > LONGEST_PICKLE)
    throw refusal(path, `its ${member} has ${String(size)} bytes, too many to be a list of tensors`);
  const bytes = await zip.read(member, 0, size);
  try {
    const { value, end } = readPickle(bytes, { path, member, globals: torchGlobals, persistent: torchStorage });
    if (end !== size) throw refusal(path, `${member} goes on after its end`);
    return value;
  } catch (error) {
    if (error instanceof PickleEnded) throw refusal(path, `${member} ends in the middle`);
    throw error;
  }
}

function checkStorage({ sizes }: ZipArchive, root: string, { key, dtype, length }: TorchStorage, path: string): void {
  const name = `${root}data/${key}`;
  const needed = length * elementBytes[dtype];
  const size = sizes.get(name);
  if (size === undefined) throw refusal(path, `its part "${name}" is missing`);
  if (size !== needed) {
    throw refusal(
      path,
      `its part "${name}" has ${String(size)} bytes, where ${String(length)} values of ${dtype} need ${String(needed)}`,
    );
  }
}
