import { mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';

/** The calls of `node:fs/promises` that the content store makes: another object in their place can fail at any of them. */
export interface FileSystem {
  /** The first folder that had to be made. */
  readonly mkdir: (path: string, options: { readonly recursive: true }) => Promise<string | undefined>;
  readonly open: (path: string, flags: 'r' | 'wx' | 'a') => Promise<OpenFile>;
  readonly readFile: (path: string) => Promise<Buffer<ArrayBuffer>>;
  readonly readdir: (path: string) => Promise<readonly string[]>;
  readonly rename: (from: string, to: string) => Promise<void>;
  readonly rm: (path: string, options: { readonly force: true }) => Promise<void>;
  readonly stat: (path: string) => Promise<FileStatus>;
  /** Times in seconds. */
  readonly utimes: (path: string, accessed: number, modified: number) => Promise<void>;
}

export interface OpenFile {
  readonly writeFile: (content: Uint8Array | string) => Promise<void>;
  readonly sync: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface FileStatus {
  readonly size: number;
  readonly mtimeMs: number;
  readonly isFile: () => boolean;
  readonly isDirectory: () => boolean;
}

export const nodeFileSystem: FileSystem = { mkdir, open, readFile, readdir, rename, rm, stat, utimes };

/** The code of an operating system's error (`ENOENT`), or `''`. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
