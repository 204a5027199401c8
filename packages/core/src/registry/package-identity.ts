import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface PackageIdentity {
  readonly name: string;
  readonly version: string;
  /** One of its files (path or URL), from which `packageIntegrity` finds its code. */
  readonly entry?: string;
}

/** Name and version of the package that a file (path or `import.meta.url`) belongs to; unknown where no package.json names one. */
export async function packageIdentity(file: string): Promise<PackageIdentity | undefined> {
  const path = file.startsWith('file:') ? fileURLToPath(file) : file;
  const found = await nearestPackageJson(dirname(path), ({ name, version }) => {
    return typeof name === 'string' && typeof version === 'string';
  });
  if (found === undefined) return undefined;
  return { name: String(found.content['name']), version: String(found.content['version']), entry: file };
}

export interface PackageJson {
  readonly path: string;
  readonly content: Readonly<Record<string, unknown>>;
}

/** The first package.json at or above `folder` that `accepts` takes. */
export async function nearestPackageJson(
  folder: string,
  accepts: (content: Readonly<Record<string, unknown>>) => boolean = () => true,
): Promise<PackageJson | undefined> {
  for (let current = folder; ; current = dirname(current)) {
    const path = join(current, 'package.json');
    const content = await readJson(path);
    if (content !== undefined && accepts(content)) return { path, content };
    if (dirname(current) === current) return undefined;
  }
}

async function readJson(path: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const content: unknown = JSON.parse(await readFile(path, 'utf8'));
    return typeof content === 'object' && content !== null ? (content as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
