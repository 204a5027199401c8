import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's root folder. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * A folder of reference data beside the project (`../shared`), `undefined` where there is none.
 * @param {string} name
 * @returns {string | undefined}
 */
export function sharedFolder(name) {
  const folder = join(root, '../shared', name);
  return existsSync(folder) ? folder : undefined;
}
