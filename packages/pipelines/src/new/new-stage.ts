import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { pipelinesErrors } from '../errors.js';
import { packageNames, type PackageNames } from './package-names.js';

const templates = new URL('../../templates/stage/', import.meta.url);

export interface NewStage extends PackageNames {
  /** Absolute path. */
  readonly folder: string;
  /** Paths within it, sorted. */
  readonly files: readonly string[];
}

/**
 * Writes a package with a stage that builds, is tested and runs, to start from. The folder must be new or empty; it appears whole or not
 * at all.
 */
export async function newStage(name: string, folder?: string): Promise<NewStage> {
  const names = packageNames(name);
  const target = path.resolve(folder ?? names.short);
  await checkEmpty(target);
  const files = await templateFiles();
  const parent = path.dirname(target);
  const draft = path.join(parent, `.${path.basename(target)}-${randomUUID()}`);
  try {
    for (const file of files) await writeTemplate(file, draft, names);
    await rmdir(target).catch(ignoreMissing);
    await rename(draft, target);
  } catch (cause) {
    await rm(draft, { recursive: true, force: true });
    throw pipelinesErrors.NEW_FOLDER({ folder: target }, { cause });
  }
  return { ...names, folder: target, files: files.map(nameOf).sort() };
}

async function checkEmpty(folder: string): Promise<void> {
  const found = await readdir(folder).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw pipelinesErrors.NEW_FOLDER({ folder }, { cause: error });
  });
  if (found.length > 0) throw pipelinesErrors.FOLDER_NOT_EMPTY({ folder });
}

function ignoreMissing(error: unknown): void {
  if (codeOf(error) !== 'ENOENT') throw error;
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

/** All files of the template, `/` between folders; what building it in place has left is none of it. */
async function templateFiles(): Promise<readonly string[]> {
  const entries = await readdir(templates, { recursive: true, withFileTypes: true });
  const root = fileURLToPath(templates);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .filter((file) => !/^(?:node_modules|dist|runs)\//.test(file));
}

/** npm leaves a `.gitignore` out of what it packs, so the template's has no dot. */
const nameOf = (file: string): string => (file === 'gitignore' ? '.gitignore' : file);

async function writeTemplate(file: string, folder: string, names: PackageNames): Promise<void> {
  const target = path.join(folder, nameOf(file));
  const content = await readFile(new URL(file, templates));
  await mkdir(path.dirname(target), { recursive: true });
  if (file.endsWith('.png')) return writeFile(target, content);
  const text = renamed(content.toString('utf8'), names);
  await writeFile(target, file === 'package.json' ? await withVersion(text) : text);
}

function renamed(text: string, { packageName, short, camel }: PackageNames): string {
  return text
    .replaceAll('@my-scope/my-name', packageName)
    .replaceAll('my-name', short)
    .replaceAll('myName', camel)
    .replaceAll(
      'MyName',
      camel.replace(/^./, (letter) => letter.toUpperCase()),
    );
}

/** The packages of this workspace in the version of this command. */
async function withVersion(packageJson: string): Promise<string> {
  const own = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(own) as { readonly version: string };
  return packageJson.replaceAll(/("@sluice\/[a-z-]+": )"\*"/g, `$1"${version}"`);
}
