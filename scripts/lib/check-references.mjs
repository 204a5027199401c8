import { existsSync } from 'node:fs';
import path from 'node:path';
import { readJson, root, workspaceFolders } from './workspace.mjs';

/**
 * Differences between what a package's `tsconfig.json` references and its workspace dependencies in `package.json`, and
 * packages that the root `tsconfig.json` lacks: one sentence each, none when all agree.
 */
export function referenceProblems({ folders, packageOf, tsconfigOf }) {
  const folderOf = new Map(folders.map((folder) => [packageOf(folder).name, folder]));
  const compiled = folders.filter((folder) => tsconfigOf(folder));
  const problems = compiled.flatMap((folder) => {
    const { dependencies = {}, devDependencies = {} } = packageOf(folder);
    const wanted = Object.keys({ ...dependencies, ...devDependencies }).flatMap((name) => folderOf.get(name) ?? []);
    return compare(`${folder}/tsconfig.json`, wanted, referencesOf(folder, tsconfigOf(folder)), 'package.json');
  });
  return [
    ...problems,
    ...compare('tsconfig.json', compiled, referencesOf('.', tsconfigOf('.')), 'pnpm-workspace.yaml'),
  ];
}

const referencesOf = (folder, tsconfig) =>
  (tsconfig.references ?? []).map((reference) => path.posix.join(folder, reference.path).replace(/^\.\//, ''));

function compare(file, wanted, found, source) {
  return [
    ...wanted
      .filter((folder) => !found.includes(folder))
      .map((folder) => `${file}: lacks a reference to ${folder}, which ${source} names`),
    ...found
      .filter((folder) => !wanted.includes(folder))
      .map((folder) => `${file}: references ${folder}, which ${source} doesn't name`),
  ];
}

/** The problems of this workspace. */
export const workspaceReferenceProblems = () =>
  referenceProblems({
    folders: workspaceFolders(),
    packageOf: (folder) => readJson(folder, 'package.json'),
    tsconfigOf: (folder) =>
      existsSync(path.join(root, folder, 'tsconfig.json')) ? readJson(folder, 'tsconfig.json') : undefined,
  });
