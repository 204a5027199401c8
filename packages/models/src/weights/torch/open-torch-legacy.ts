import { modelErrors } from '../../errors.js';
import type { CheckpointFile } from '../checkpoint-file.js';
import { PickleEnded } from '../pickle/byte-cursor.js';
import { isKind, Malformed, readPickle, type PickleHost } from '../pickle/read-pickle.js';
import { describeValue, quoted, type PickleValue, type TorchStorage } from '../pickle/pickle-values.js';
import type { RandomAccess } from '../random-access.js';
import { elementBytes } from '../tensor-data.js';
import { openStateDict } from './open-state-dict.js';
import { torchGlobals, torchStorage } from './torch-globals.js';

const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;
const FIRST_WINDOW = 1 << 18;
const LARGEST_WINDOW = 64 * 1024 * 1024;

/**
 * A checkpoint of `torch.save` before PyTorch 1.6, or with `_use_new_zipfile_serialization=False`: pickles of a magic number, the
 * version, the machine's properties, the object and the storages' keys; then, key by key, each storage's length (8 bytes) and its
 * little-endian bytes.
 */
export async function openTorchLegacy(file: RandomAccess): Promise<CheckpointFile> {
  const { path } = file;
  const refuse = (problem: string): Error => modelErrors.BAD_CHECKPOINT({ path, problem });
  const { values, end, storages } = await readPickles(file, refuse);
  const [magic, version, system, value, keys] = values as [
    PickleValue,
    PickleValue,
    PickleValue,
    PickleValue,
    PickleValue,
  ];
  if (magic !== MAGIC) throw refuse("it is a pickle, but does not begin with PyTorch's magic number");
  if (version !== PROTOCOL) throw refuse('its version is not the one that torch.save writes');
  if (!isKind(system, 'dict') || system.entries.get('little_endian') !== true) {
    throw refuse('it was written on a big-endian machine; save it again in the zip layout');
  }
  if (!isKind(keys, 'list')) throw refuse('its list of storages is no list');
  const places = await placesOf(file, keys.items, storages, end, refuse);
  return openStateDict(file, {
    format: 'torch-legacy',
    value,
    bigEndian: false,
    check: ({ key }) => {
      if (!places.has(key)) throw refuse(`its storage ${quoted(key)} is missing`);
    },
    read: ({ key }, begin, end) => file.read(places.get(key)! + begin, end - begin),
  });
}

type Refuse = (problem: string) => Error;

interface Pickles {
  readonly values: readonly PickleValue[];
  readonly end: number;
  readonly storages: ReadonlyMap<string, TorchStorage>;
}

/** Nothing tells how long the pickles are: a window that proves too short is doubled. */
async function readPickles(file: RandomAccess, refuse: Refuse): Promise<Pickles> {
  for (let length = FIRST_WINDOW; ; length *= 2) {
    const bytes = await file.read(0, Math.min(length, file.size));
    try {
      return picklesOf(bytes, file.path);
    } catch (error) {
      if (!(error instanceof PickleEnded)) throw error;
      if (length >= file.size) throw refuse('it ends in the middle of a pickle; it may be truncated');
      if (length >= LARGEST_WINDOW) throw refuse(`its pickles have more than ${String(LARGEST_WINDOW)} bytes`);
    }
  }
}

const members = ['the magic number', 'the version', "the machine's properties", 'the object', 'the list of storages'];

function picklesOf(bytes: Uint8Array, path: string): Pickles {
  const storages = new Map<string, TorchStorage>();
  const persistent = (id: PickleValue): TorchStorage => {
    const storage = torchStorage(id);
    const known = storages.get(storage.key);
    if (known === undefined) storages.set(storage.key, storage);
    else if (known.dtype !== storage.dtype || known.length !== storage.length) {
      throw new Malformed(`the storage ${quoted(storage.key)} has two lengths or types`);
    }
    return storage;
  };
  const values: PickleValue[] = [];
  let end = 0;
  for (const member of members) {
    const host: PickleHost = { path, member, globals: torchGlobals, persistent };
    const read = readPickle(bytes, host, end);
    values.push(read.value);
    end = read.end;
    if (values[0] !== MAGIC) break; // some other pickle: what follows is not for us
  }
  return { values, end, storages };
}

/** Where each storage's bytes begin. */
async function placesOf(
  file: RandomAccess,
  keys: readonly PickleValue[],
  storages: ReadonlyMap<string, TorchStorage>,
  start: number,
  refuse: Refuse,
): Promise<ReadonlyMap<string, number>> {
  const places = new Map<string, number>();
  let position = start;
  for (const key of keys) {
    const storage = typeof key === 'string' ? storages.get(key) : undefined;
    if (storage === undefined || places.has(storage.key)) {
      throw refuse(`its list of storages names ${describeValue(key)}, which no tensor has, or names it twice`);
    }
    const length = Number(new DataView((await file.read(position, 8)).buffer).getBigInt64(0, true));
    if (length !== storage.length) {
      throw refuse(
        `its storage ${quoted(storage.key)} has ${String(length)} values, where ${String(storage.length)} are needed`,
      );
    }
    places.set(storage.key, position + 8);
    position += 8 + length * elementBytes[storage.dtype];
    if (position > file.size)
      throw refuse(`its storage ${quoted(storage.key)} ends beyond the file; it may be truncated`);
  }
  if (position < file.size) throw refuse(`${String(file.size - position)} bytes at its end belong to no storage`);
  return places;
}
