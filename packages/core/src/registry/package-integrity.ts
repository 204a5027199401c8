import { createHash } from 'node:crypto';
import { readdir, readFile, realpath } from 'node:fs/promises';
import { dirname, join, posix, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { canonicalJson } from '../files/canonical-digest.js';
import { sha256File } from '../files/sha256-file.js';
import { nearestPackageJson, type PackageIdentity, type PackageJson } from './package-identity.js';

/** A package as manifests and cache keys name it. */
export interface PackageRecord {
  readonly name: string;
  readonly version: string;
  /** `sha256-<hex>` of its code; missing for a stage that comes in no package. */
  readonly integrity?: string;
}

/** Name, version and integrity of a package. */
export async function packageRecord({ name, version, entry }: PackageIdentity): Promise<PackageRecord> {
  return { name, version, ...(entry !== undefined && { integrity: await packageIntegrity(entry) }) };
}

/** Computed once a process: code that has been imported doesn't change any more. */
const integrities = new Map<string, Promise<string>>();

/**
 * `sha256-<hex>` of the code of the package that `file` (path or URL) belongs to: its own published files, those of the packages that
 * it is linked to (a workspace: their files change without their version), and name and version of its other dependencies. Neither
 * times, nor the order of files, nor where they lie counts; nor do tests, types, source maps and pages.
 */
export function packageIntegrity(file: string): Promise<string> {
  const known = integrities.get(file) ?? computePackageIntegrity(file);
  integrities.set(file, known);
  return known;
}

/** As `packageIntegrity`, but always reads the files. */
export async function computePackageIntegrity(file: string): Promise<string> {
  const path = await realpath(file.startsWith('file:') ? fileURLToPath(file) : file);
  const found = await nearestPackageJson(dirname(path), ({ name, version }) => {
    return typeof name === 'string' && typeof version === 'string';
  });
  if (found === undefined) return `sha256-${await sha256File(path)}`;
  const linked = new Map<string, string>();
  await collect(found, linked);
  const [own, ...others] = [...linked.values()];
  const hash = createHash('sha256').update([own, ...others.sort()].join('\n'));
  return `sha256-${hash.digest('hex')}`;
}

/** Digests of a package and of all that it is linked to, by folder; workspace packages may depend on each other in a circle. */
async function collect({ path, content }: PackageJson, digests: Map<string, string>): Promise<void> {
  const folder = dirname(path);
  if (digests.has(folder)) return;
  digests.set(folder, '');
  const linked: PackageJson[] = [];
  const dependencies: string[] = [];
  for (const name of dependenciesOf(content)) {
    const found = await installed(name, folder);
    if (found === undefined) dependencies.push(`${name} missing`);
    else if (dirname(found.path).split(sep).includes('node_modules'))
      dependencies.push(`${name}@${String(found.content['version'])}`);
    else {
      dependencies.push(name);
      linked.push(found);
    }
  }
  digests.set(folder, await ownDigest(folder, content, dependencies));
  for (const each of linked) await collect(each, digests);
}

function dependenciesOf(content: PackageJson['content']): readonly string[] {
  const blocks = ['dependencies', 'optionalDependencies', 'peerDependencies'].map((block) => content[block]);
  const names = blocks.flatMap((block) => (typeof block === 'object' && block !== null ? Object.keys(block) : []));
  return [...new Set(names)].sort();
}

async function installed(name: string, from: string): Promise<PackageJson | undefined> {
  for (let current = from; ; current = dirname(current)) {
    try {
      const path = join(await realpath(join(current, 'node_modules', name)), 'package.json');
      return { path, content: JSON.parse(await readFile(path, 'utf8')) as PackageJson['content'] };
    } catch {
      if (dirname(current) === current) return undefined;
    }
  }
}

/** What of a package.json shapes how its code runs. */
const MANIFEST_KEYS = ['name', 'version', 'type', 'main', 'exports', 'imports'];

async function ownDigest(
  folder: string,
  content: PackageJson['content'],
  dependencies: readonly string[],
): Promise<string> {
  const manifest = MANIFEST_KEYS.map((key) => content[key] ?? null);
  const files = (await codeFiles(folder, '', publishedNames(content))).sort();
  const digests: (readonly string[])[] = [];
  for (const file of files) digests.push([file, await sha256File(join(folder, file))]);
  return createHash('sha256')
    .update(canonicalJson([manifest, dependencies, digests]))
    .digest('hex');
}

/** Names at the top of the package that hold what is published; nothing where that cannot be told, and all counts. */
function publishedNames({ files, main, bin }: PackageJson['content']): ReadonlySet<string> | undefined {
  if (!Array.isArray(files)) return undefined;
  const bins: readonly unknown[] = typeof bin === 'object' && bin !== null ? Object.values(bin) : [bin];
  const patterns = [...(files as unknown[]), main, ...bins].filter((pattern) => typeof pattern === 'string');
  const names = patterns
    .filter((pattern) => !pattern.startsWith('!'))
    .map((pattern) => posix.normalize(pattern).replace(/^\/+/, '').split('/')[0] ?? '');
  return names.some((name) => /[*?[{]/.test(name) || name === '.') ? undefined : new Set(names);
}

/** Neither types, source maps, tests, pages nor what a compiler notes down for itself is code that runs. */
const NO_CODE = /\.d\.[cm]?ts$|\.map$|\.(?:test|spec)\.[^/]*$|\.md$|\.tsbuildinfo$|^(?:LICEN[CS]E|package\.json)$/i;

async function codeFiles(folder: string, prefix: string, names?: ReadonlySet<string>): Promise<string[]> {
  const entries = await readdir(join(folder, prefix), { withFileTypes: true });
  const found = entries.map(async (entry): Promise<readonly string[]> => {
    const file = prefix + entry.name;
    if (names?.has(entry.name) === false || entry.name.startsWith('.') || entry.name === 'node_modules') return [];
    if (entry.isDirectory()) return codeFiles(folder, `${file}/`);
    return entry.isFile() && !NO_CODE.test(entry.name) ? [file] : [];
  });
  return (await Promise.all(found)).flat();
}
