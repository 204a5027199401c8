import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Sample } from '../contracts.js';
import { dataErrors } from '../errors.js';
import type { ImageToWrite } from '../formats/dataset-writer.js';

/** A sample with its image's bytes, under its id with the file's extension. */
export async function imageToWrite({ id, image, instances }: Sample): Promise<ImageToWrite> {
  const { path, width, height } = image;
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw dataErrors.FILE_UNREADABLE({ path, reason: (cause as Error).message }, { cause });
  });
  return { fileName: `${id}${extname(path)}`, width, height, bytes, instances };
}
