import { promisify } from 'node:util';
import { crc32, inflateRaw } from 'node:zlib';
import { fromRandomAccessReaderPromise, RandomAccessReader, type Entry, type ZipFile } from 'yauzl';
import { modelErrors } from '../../errors.js';
import type { RandomAccess } from '../random-access.js';

/** The archive's files by name. Nothing is unfolded to disk. */
export interface ZipArchive {
  /** Bytes of each file after decompression, in the order of the directory. */
  readonly sizes: ReadonlyMap<string, number>;
  /**
   * Bytes `[begin, end)` of a file. Of one that is stored as it is, only these are read, once its checksum was found right;
   * a compressed one is inflated as a whole.
   */
  readonly read: (name: string, begin: number, end: number) => Promise<Uint8Array<ArrayBuffer>>;
}

const MOST_ENTRIES = 1_000_000;
const STORED = 0;
const DEFLATED = 8;
const LOCAL_HEADER = 30;
/** A compressed file may have this many times its bytes; PyTorch does not compress, and weights hardly shrink. */
const MOST_RATIO = 100;
const FREE_BYTES = 64 * 1024 * 1024;
const CHUNK = 1 << 22;

/** Reads a zip's directory. Throws `models/BAD_CHECKPOINT` for one that is damaged, ambiguous or made to unfold to too much. */
export async function openZip(file: RandomAccess): Promise<ZipArchive> {
  const refuse = (problem: string, cause?: unknown): Error =>
    modelErrors.BAD_CHECKPOINT({ path: file.path, problem }, cause === undefined ? {} : { cause });
  const [zip, entries] = await readDirectory(file, refuse);
  checkNoOverlap([...entries.values()], file.size, refuse);

  const checked = new Set<string>();
  return {
    sizes: new Map([...entries].map(([name, entry]) => [name, entry.uncompressedSize])),
    read: async (name, begin, end) => {
      const entry = entries.get(name)!;
      const { uncompressedSize: size, compressedSize, compressionMethod } = entry;
      const start = await startOf(entry, zip, refuse);
      if (compressionMethod === DEFLATED) {
        const bytes = await inflated(await file.read(start, compressedSize), entry, refuse);
        return begin === 0 && end === size ? bytes : bytes.slice(begin, end);
      }
      if (!checked.has(name)) {
        if (end - begin === size) return checkedBytes(await file.read(start, size), entry, refuse);
        await checkInPieces(file, start, entry, refuse);
        checked.add(name);
      }
      return file.read(start + begin, end - begin);
    },
  };
}

type Refuse = (problem: string, cause?: unknown) => Error;

async function readDirectory(file: RandomAccess, refuse: Refuse): Promise<[ZipFile, Map<string, Entry>]> {
  const entries = new Map<string, Entry>();
  try {
    const zip = await fromRandomAccessReaderPromise(new WindowReader(file), file.size, { autoClose: false });
    if (zip.entryCount > MOST_ENTRIES) throw refuse(`its zip directory has ${String(zip.entryCount)} entries`);
    for await (const entry of zip.eachEntry()) {
      checkEntry(entry, refuse);
      if (entries.has(entry.fileName)) throw refuse(`its zip directory has "${entry.fileName}" twice`);
      entries.set(entry.fileName, entry);
    }
    return [zip, entries];
  } catch (cause) {
    if (isOurs(cause)) throw cause;
    throw refuse(`its zip directory is damaged: ${(cause as Error).message}`, cause);
  }
}

const isOurs = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'models/BAD_CHECKPOINT';

function checkEntry(entry: Entry, refuse: Refuse): void {
  const { fileName, compressionMethod, compressedSize, uncompressedSize } = entry;
  if (entry.isEncrypted()) throw refuse(`its part "${fileName}" is encrypted`);
  if (compressionMethod !== STORED && compressionMethod !== DEFLATED) {
    throw refuse(
      `its part "${fileName}" is compressed by method ${String(compressionMethod)}; stored and deflated ones are read`,
    );
  }
  if (uncompressedSize > Math.max(FREE_BYTES, compressedSize * MOST_RATIO)) {
    throw refuse(
      `its part "${fileName}" unfolds from ${String(compressedSize)} to ${String(uncompressedSize)} bytes, more than ${String(MOST_RATIO)} times its size`,
    );
  }
}

/** Two parts over the same bytes are how a small archive unfolds to a huge one. */
function checkNoOverlap(entries: readonly Entry[], size: number, refuse: Refuse): void {
  const sorted = [...entries].sort((a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader);
  let end = 0;
  for (const { fileName, relativeOffsetOfLocalHeader, compressedSize, fileNameRaw } of sorted) {
    if (relativeOffsetOfLocalHeader < end) throw refuse(`its part "${fileName}" overlaps the one before it`);
    end = relativeOffsetOfLocalHeader + LOCAL_HEADER + fileNameRaw.length + compressedSize;
  }
  if (end > size) throw refuse('a part ends beyond the file; it may be truncated');
}

async function startOf(entry: Entry, zip: ZipFile, refuse: Refuse): Promise<number> {
  const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true }).catch((cause: unknown) => {
    throw refuse(`its part "${entry.fileName}" has no valid header`, cause);
  });
  return fileDataStart;
}

/** For a tensor that is a part of a large storage: checks the whole without keeping it. */
async function checkInPieces(file: RandomAccess, start: number, entry: Entry, refuse: Refuse): Promise<void> {
  const { compressedSize: size } = entry;
  let checksum = 0;
  for (let done = 0; done < size; done += CHUNK) {
    checksum = crc32(await file.read(start + done, Math.min(CHUNK, size - done)), checksum);
  }
  if (checksum !== entry.crc32) throw wrongChecksum(entry, refuse);
}

function checkedBytes<T extends Uint8Array>(bytes: T, entry: Entry, refuse: Refuse): T {
  if (crc32(bytes) !== entry.crc32) throw wrongChecksum(entry, refuse);
  return bytes;
}

const wrongChecksum = ({ fileName }: Entry, refuse: Refuse): Error =>
  refuse(`its part "${fileName}" does not have the checksum that the directory gives`);

async function inflated(bytes: Uint8Array, entry: Entry, refuse: Refuse): Promise<Uint8Array<ArrayBuffer>> {
  const { fileName, uncompressedSize: size } = entry;
  const result = await promisify(inflateRaw)(bytes, { maxOutputLength: Math.max(1, size) }).catch((cause: unknown) => {
    throw refuse(`its part "${fileName}" can't be inflated to ${String(size)} bytes`, cause);
  });
  if (result.length !== size)
    throw refuse(`its part "${fileName}" has ${String(result.length)} bytes, not ${String(size)}`);
  return checkedBytes(new Uint8Array(result), entry, refuse);
}

/** Reads ahead where it goes on from the last piece: the directory is asked for in many small ones. */
class WindowReader extends RandomAccessReader {
  private readonly file: RandomAccess;
  private window: Uint8Array = new Uint8Array();
  private start = 0;

  constructor(file: RandomAccess) {
    super();
    this.file = file;
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    this.at(position, length).then(
      (bytes) => {
        buffer.set(bytes, offset);
        callback(null);
      },
      (error: unknown) => {
        callback(error as Error);
      },
    );
  }

  private async at(position: number, length: number): Promise<Uint8Array> {
    const end = this.start + this.window.length;
    if (position < this.start || position + length > end) {
      const ahead = position <= end && position >= this.start ? READ_AHEAD : 0;
      this.window = await this.file.read(position, Math.max(length, Math.min(ahead, this.file.size - position)));
      this.start = position;
    }
    return this.window.subarray(position - this.start, position - this.start + length);
  }
}

const READ_AHEAD = 16_384;
