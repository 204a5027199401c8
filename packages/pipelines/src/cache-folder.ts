import path from 'node:path';

/** Folder of the content store, absolute: the one given, else `$SLUICE_CACHE_DIR`, else `.sluice/cache`. */
export function cacheFolder(given: string | undefined, cwd = process.cwd()): string {
  return path.resolve(cwd, given ?? (process.env['SLUICE_CACHE_DIR'] || path.join('.sluice', 'cache')));
}
