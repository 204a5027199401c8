/** How much an archive may unfold to. */
export interface ArchiveLimits {
  /** Files and folders. @default 500_000 */
  readonly entries?: number;
  /** Bytes of all files together. @default 64 GiB */
  readonly bytes?: number;
  /** Bytes of all files by those of the archive; the first 64 MiB are free. @default 100 */
  readonly ratio?: number;
}

export const FREE_BYTES = 64 * 1024 * 1024;

export const usualLimits: Required<ArchiveLimits> = { entries: 500_000, bytes: 64 * 1024 ** 3, ratio: 100 };
