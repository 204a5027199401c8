import type { Environment, LoadOptions } from '@sluice/core';
import { cacheFolder } from './cache-folder.js';
import { serviceChoices } from './composition.js';
import { bundledStages } from './stages/bundled-stages.js';

/** What a plan is made from, beside the file. */
export interface PlanOptions {
  /** Profiles of the file, laid over it in this order. */
  readonly profiles?: readonly string[];
  /** Where `SLUICE__path__to__key` variables are looked for. @default none */
  readonly environment?: Environment;
  /** Overrides, `path.to.key=value`. */
  readonly set?: readonly string[];
  /** Folder that relative paths here are relative to. @default the working folder */
  readonly cwd?: string;
  /** Folder that stage packages are looked for from. @default the file's */
  readonly packagesFrom?: string;
  /** Folder of the content store. @default `$SLUICE_CACHE_DIR`, else `.sluice/cache` */
  readonly cacheDir?: string;
  /** Threads of the tensor engine: the same number gives the same bytes. @default what the file says, else one a core */
  readonly threads?: number;
}

/** How core loads a file with the bundled stages and services. */
export function loadOptions(options: PlanOptions): LoadOptions {
  const { cwd = process.cwd(), profiles = [], environment = {}, set = [], threads } = options;
  const services = serviceChoices({
    cacheDir: cacheFolder(options.cacheDir, cwd),
    ...(threads !== undefined && { threads }),
  });
  const { packagesFrom } = options;
  const from = packagesFrom !== undefined && { packagesFrom };
  return { bundled: bundledStages, services, cwd, profiles, environment, set, ...from };
}
