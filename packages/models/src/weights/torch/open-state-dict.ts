import { modelErrors } from '../../errors.js';
import type { CheckpointFile } from '../checkpoint-file.js';
import type { PickleValue, TorchStorage } from '../pickle/pickle-values.js';
import type { RandomAccess } from '../random-access.js';
import { stripPrefix } from '../strip-prefix.js';
import { findStateDict } from './state-dict.js';
import { byteRange, checkTensorSize, stridedTensor } from './strided-tensor.js';

export interface TorchArchive {
  readonly format: CheckpointFile['format'];
  /** What `torch.save` was given. */
  readonly value: PickleValue;
  readonly bigEndian: boolean;
  /** Throws where the file does not hold this storage whole. */
  readonly check: (storage: TorchStorage) => void;
  /** Bytes `[begin, end)` of a storage. */
  readonly read: (storage: TorchStorage, begin: number, end: number) => Promise<Uint8Array<ArrayBuffer>>;
}

/** The tensors of a checkpoint of PyTorch, whichever its layout is; all are checked against the file before one is read. */
export function openStateDict(file: RandomAccess, archive: TorchArchive): CheckpointFile {
  const { path } = file;
  const { tensors: found, under, leftAside } = findStateDict(archive.value, path);
  for (const [name, tensor] of found) {
    checkTensorSize(tensor, name, path);
    archive.check(tensor.storage);
  }
  const { named, notes } = stripPrefix(found);
  const tensors = new Map(
    [...named].map(([name, { shape, storage }]) => [name, { shape, dtype: storage.dtype }] as const),
  );
  return {
    path,
    format: archive.format,
    tensors,
    metadata: {},
    notes: [
      ...(under.length > 0 ? [`the tensors lie under ${under.map((key) => `"${key}"`).join(' / ')}`] : []),
      ...(leftAside.length > 0 ? [`${String(leftAside.length)} entries that are no tensors were left aside`] : []),
      ...notes,
    ],
    bytesRead: file.bytesRead,
    close: file.close,
    read: async (name) => {
      const tensor = named.get(name);
      if (tensor === undefined) throw modelErrors.MISSING_TENSOR({ path, name });
      const { begin, end } = byteRange(tensor);
      const bytes = end > begin ? await archive.read(tensor.storage, begin, end) : new Uint8Array();
      return stridedTensor(tensor, bytes, archive.bigEndian);
    },
  };
}
