import { codeOf } from '@sluice/core';
import { BadRedirect } from './request-bytes.js';

/** A server's answer that is no file. */
export class RefusedByServer extends Error {
  readonly status: number;
  /** Pause that the server asks for, in milliseconds. */
  readonly after: number | undefined;

  constructor(status: number, retryAfter: string | undefined) {
    super(`the server answered ${String(status)}`);
    this.status = status;
    const seconds = Number(retryAfter ?? NaN);
    this.after = Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
  }
}

/** What came is no part of the file that is wanted: what has come is worth nothing. */
export class WrongBytes extends Error {
  readonly actual: string;

  constructor(actual: string) {
    super(`got ${actual}`);
    this.actual = actual;
  }
}

/** Codes of the operating system that speak of the folder, not of the network. */
const folderCodes = ['ENOSPC', 'EDQUOT', 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'EISDIR', 'EIO', 'EFBIG'];

export const isFolderFailure = (error: unknown): boolean => folderCodes.includes(codeOf(error));

/** Whether the same request may succeed a little later. */
export function mayPass(error: unknown): boolean {
  if (error instanceof RefusedByServer) return [408, 425, 429].includes(error.status) || error.status >= 500;
  if (error instanceof BadRedirect || error instanceof WrongBytes || isFolderFailure(error)) return false;
  return ![
    'ENOTFOUND',
    'ERR_INVALID_URL',
    'UND_ERR_INVALID_ARG',
    'CERT_HAS_EXPIRED',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
  ].includes(codeOf(error));
}

/** Why, in words that say more than the library's. */
export function reasonOf(error: unknown): string {
  const { message } = error as Error;
  const known: Readonly<Record<string, string>> = {
    UND_ERR_HEADERS_TIMEOUT: 'the server did not answer in time',
    UND_ERR_BODY_TIMEOUT: 'the server stopped sending',
    UND_ERR_CONNECT_TIMEOUT: 'the server could not be reached in time',
    UND_ERR_SOCKET: 'the connection broke off',
    UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the connection broke off',
    ENOTFOUND: 'there is no such host',
    ECONNREFUSED: 'the connection was refused',
    ECONNRESET: 'the connection broke off',
  };
  return known[codeOf(error)] ?? (message === '' ? String(error) : message);
}
