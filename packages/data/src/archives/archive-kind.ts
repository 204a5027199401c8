import { open } from 'node:fs/promises';

export type ArchiveKind = 'zip' | 'tar' | 'tar.gz';

/** What kind of archive a file is, by its first bytes; undefined for other files. */
export async function archiveKind(path: string): Promise<ArchiveKind | undefined> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0);
    const start = buffer.subarray(0, bytesRead);
    if (
      start.subarray(0, 4).equals(Buffer.from('PK\x03\x04')) ||
      start.subarray(0, 4).equals(Buffer.from('PK\x05\x06'))
    )
      return 'zip';
    if (start[0] === 0x1f && start[1] === 0x8b) return 'tar.gz';
    return start.subarray(257, 262).toString('latin1') === 'ustar' ? 'tar' : undefined;
  } finally {
    await file.close();
  }
}
