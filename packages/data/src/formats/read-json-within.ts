import { relative } from 'node:path';
import { fileWithin } from './file-within.js';
import { readJson } from './read-json.js';

/** Parses a JSON file of the dataset at `root`; an error if the file is a link that leads out. */
export async function readJsonWithin(root: string, path: string): Promise<unknown> {
  return readJson((await fileWithin(root, relative(root, path))) ?? path);
}
