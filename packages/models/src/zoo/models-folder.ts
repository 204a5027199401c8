import { dirname, join, resolve } from 'node:path';

/** Folder that models are pulled into, absolute: the one given, else `$SLUICE_MODELS_DIR`, else `models` beside the cache's folder. */
export function modelsFolder(given?: string, cwd = process.cwd()): string {
  const { SLUICE_MODELS_DIR: chosen, SLUICE_CACHE_DIR: cache } = process.env;
  return resolve(cwd, given || chosen || join(dirname(cache || join('.sluice', 'cache')), 'models'));
}
