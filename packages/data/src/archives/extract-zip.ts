import { openPromise, type Entry } from 'yauzl';
import type { ArchiveTarget } from './archive-target.js';

const KIND = 0o170000;
const FOLDER = 0o040000;
const FILE = 0o100000;

/** Unfolds a zip archive. Sizes and checksums that don't hold are errors; so are links and encrypted files. */
export async function extractZip(path: string, target: ArchiveTarget): Promise<void> {
  const zip = await openPromise(path, { autoClose: false, validateEntrySizes: true });
  try {
    target.announce(zip.entryCount);
    for await (const entry of zip.eachEntry()) {
      const name = entry.fileName;
      const kind = kindOf(entry);
      if (kind !== 0 && kind !== FOLDER && kind !== FILE) throw target.refuse(name, 'it is a link or a device');
      if (entry.isEncrypted()) throw target.refuse(name, 'it is encrypted');
      if (name.endsWith('/')) await target.addFolder(name);
      else await target.addFile(name, () => zip.openReadStreamPromise(entry));
    }
  } finally {
    zip.close();
  }
}

/** The Unix kind of file in the upper half of the attributes, whatever system the entry says it is of; 0 for none. */
function kindOf({ externalFileAttributes }: Entry): number {
  return (externalFileAttributes >>> 16) & KIND;
}
