import { coreErrors } from '../errors/core-errors.js';
import type { SluiceError } from '../errors/define-errors.js';
import { codeOf } from '../files/file-system.js';

const remedies: Readonly<Record<string, string>> = {
  ENOSPC: 'free some space; `sluice cache gc --max-size SIZE` removes what was not used for longest',
  EMFILE: 'allow more open files (`ulimit -n`), or work on fewer items at once',
  EACCES: 'make it accessible for this user, or choose another folder with --cache-dir',
  EIO: 'the disk or network folder fails; `sluice cache verify --repair` removes what cannot be read any more',
};
const sameAs: Readonly<Record<string, string>> = {
  EDQUOT: 'ENOSPC',
  ENFILE: 'EMFILE',
  EPERM: 'EACCES',
  EROFS: 'EACCES',
};

/** What the file system refused, where, why, and what helps. */
export function storeFailure(doing: 'read' | 'write' | 'list' | 'remove', path: string, cause: unknown): SluiceError {
  const code = codeOf(cause);
  const remedy = remedies[sameAs[code] ?? code] ?? 'see that nothing else lies in the folder of the content store';
  const reason = cause instanceof Error ? cause.message : String(cause);
  return coreErrors.STORE_FAILED({ doing, path, reason, remedy }, { cause });
}
