import { statSync } from 'node:fs';
import path from 'node:path';
import { pipelinesErrors } from '../errors.js';

/** What the command line names, as an absolute path, for the recipe's own folder is none of the user's. Throws `pipelines/DATA_ROOT`. */
export function existingPath(given: string, option: '--data-root' | '--image' | '--prompts'): string {
  const place = path.resolve(given);
  if (statSync(place, { throwIfNoEntry: false }) === undefined) throw pipelinesErrors.DATA_ROOT({ place, option });
  return place;
}
