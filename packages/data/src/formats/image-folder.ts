import { readdir, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { imageStem } from './image-stem.js';

export type FoundImage =
  | { readonly path: string }
  | { readonly reason: 'path outside the dataset' | 'image file missing'; readonly detail?: string };

/** Finds a dataset's image files by the names that annotations give. */
export type ImageFolder = (name: string) => Promise<FoundImage>;

/**
 * Looks names up below `folder` and never leaves `root`: absolute names, `..`, and links that lead outside are refused. Each directory is listed once,
 * so a large dataset costs no system call an image. Names that differ only in Unicode normalisation match. With `match: 'stem'` names lack the extension, which may be
 * that of any image; of several files the first by name counts.
 */
export function openImageFolder(root: string, folder: string, match: 'name' | 'stem' = 'name'): ImageFolder {
  const listings = new Map<string, Promise<Listing>>();
  const realRoot = realpath(root);
  const isInside = async (path: string): Promise<boolean> => {
    const [base, real] = await Promise.all([realRoot, realpath(path).catch(() => undefined)]);
    return real === base || real?.startsWith(base.endsWith(sep) ? base : base + sep) === true;
  };
  const list = (directory: string): Promise<Listing> => {
    let listing = listings.get(directory);
    if (!listing) listings.set(directory, (listing = readListing(directory, isInside, match)));
    return listing;
  };

  return async (name) => {
    const parts = name.split(/[/\\]/).filter((part) => part !== '' && part !== '.');
    const base = parts.pop();
    if (base === undefined || /^([/\\]|[A-Za-z]:)|\0/.test(name) || parts.includes('..') || base === '..') {
      return { reason: 'path outside the dataset', detail: `file_name ${JSON.stringify(name)}` };
    }
    const directory = join(folder, ...parts);
    const listing = await list(directory);
    if (listing === 'outside')
      return { reason: 'path outside the dataset', detail: `${directory} leads out of ${root}` };
    const entry = listing.get(base) ?? listing.get(base.normalize('NFC'));
    const path = join(directory, entry?.name ?? base);
    if (!entry) return { reason: 'image file missing', detail: path };
    if (entry.isLink && !(await isInside(path))) {
      return { reason: 'path outside the dataset', detail: `${path} is a link out of ${root}` };
    }
    return { path };
  };
}

type Listing = ReadonlyMap<string, { readonly name: string; readonly isLink: boolean }> | 'outside';

/** Files of a directory by name, and by normalised name; empty if there is no such directory. */
async function readListing(
  directory: string,
  isInside: (path: string) => Promise<boolean>,
  match: 'name' | 'stem',
): Promise<Listing> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  if (match === 'stem') entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  if (entries.length > 0 && !(await isInside(directory))) return 'outside';
  const files = new Map<string, { name: string; isLink: boolean }>();
  for (const entry of entries) {
    if (!entry.isFile() && !entry.isSymbolicLink()) continue;
    const file = { name: entry.name, isLink: entry.isSymbolicLink() };
    const name = match === 'stem' ? imageStem(entry.name) : entry.name;
    if (name === undefined || (match === 'stem' && files.has(name))) continue;
    files.set(name, file);
    const normal = name.normalize('NFC');
    if (!files.has(normal)) files.set(normal, file);
  }
  return files;
}
