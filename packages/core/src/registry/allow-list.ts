import { join } from 'node:path';
import { nearestPackageJson } from './package-identity.js';

/** Packages that pipeline files of a folder may name: `"sluice": { "stages": [...], "services": [...] }` in the nearest package.json. */
export interface AllowList {
  readonly stages: readonly string[];
  readonly services: readonly string[];
  /** The file that says so, or should. */
  readonly packageJson: string;
}

const PACKAGE_NAME = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;

export const isPackageName = (name: string): boolean => PACKAGE_NAME.test(name);

/** A path instead of a name: `./x`, `/x`, `C:\x`, `file:x`. */
export const isPath = (name: string): boolean => /^\.{0,2}[\\/]|^[A-Za-z]:|^file:/.test(name);

export async function readAllowList(folder: string): Promise<AllowList> {
  const found = await nearestPackageJson(folder);
  const section: unknown = found?.content['sluice'];
  const names = (kind: string): readonly string[] => {
    const list = typeof section === 'object' && section !== null ? (section as Record<string, unknown>)[kind] : [];
    return Array.isArray(list) ? (list as unknown[]).filter(isText).filter(isPackageName) : [];
  };
  return {
    stages: names('stages'),
    services: names('services'),
    packageJson: found?.path ?? join(folder, 'package.json'),
  };
}

const isText = (value: unknown): value is string => typeof value === 'string';
