import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const root = fileURLToPath(new URL('../../', import.meta.url)).replace(/[/\\]$/, '');

/** Reads a JSON file below the root. */
export const readJson = (...parts) => JSON.parse(readFileSync(path.join(root, ...parts), 'utf8'));

/**
 * Folders of all workspace packages, relative to the root, with `/`: those that `packages:` in `pnpm-workspace.yaml` names
 * (folders and `folder/*`; without a YAML parser, since set-up runs before anything is installed).
 */
export function workspaceFolders() {
  const lines = readFileSync(path.join(root, 'pnpm-workspace.yaml'), 'utf8').split(/\r?\n/);
  const start = lines.indexOf('packages:') + 1;
  const end = lines.findIndex((line, index) => index >= start && !line.startsWith('  - '));
  return lines
    .slice(start, end)
    .map((line) => line.replace(/^ {2}- ['"]?(.*?)['"]?$/, '$1'))
    .flatMap((pattern) => (pattern.endsWith('/*') ? foldersIn(pattern.slice(0, -'/*'.length)) : [pattern]))
    .filter((folder) => existsSync(path.join(root, folder, 'package.json')))
    .sort();
}

const foldersIn = (parent) =>
  existsSync(path.join(root, parent)) ? readdirSync(path.join(root, parent)).map((name) => `${parent}/${name}`) : [];

/** Every file below a folder (absolute paths, sorted): `node_modules`, `dist` and Python's environments are left out, links are not followed. */
export function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => name !== 'node_modules' && name !== 'dist' && !name.startsWith('.venv'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const file = path.join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(file) : [file];
    });
}
