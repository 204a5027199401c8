import { basename, dirname } from 'node:path';
import { Value } from '@sinclair/typebox/value';
import { fileWithin, readJson } from '@sluice/data';
import { askImagesErrors } from './errors.js';
import { promptsFileSchema, type AskedImage, type AskImagesOptions } from './options.js';

/** An image to ask about, at an absolute path, with a name of its own. */
export interface NamedImage extends AskedImage {
  /** Within the folder of a file of prompts, its path from there; else the file's name. */
  readonly id: string;
}

/** All images that the options name, those of the file first. Throws `ask-images/BAD_FILE`, `ask-images/BAD_IMAGE`, `ask-images/NOTHING_ASKED`. */
export async function readAsked({
  file,
  images,
}: Pick<AskImagesOptions, 'file' | 'images'>): Promise<readonly NamedImage[]> {
  const named = [
    ...(file === undefined ? [] : await readFile(file)),
    ...images.map((image) => ({ ...image, id: basename(image.file) })),
  ];
  if (named.length === 0) throw askImagesErrors.NOTHING_ASKED(undefined);
  const known = new Set<string>();
  for (const { id } of named) {
    if (known.has(id))
      throw askImagesErrors.BAD_IMAGE({ file: id, problem: 'it comes twice; put its prompts together' });
    known.add(id);
  }
  return named;
}

async function readFile(path: string): Promise<readonly NamedImage[]> {
  const content = await readJson(path);
  if (!Value.Check(promptsFileSchema, content)) {
    const { path: place, message } = Value.Errors(promptsFileSchema, content).First()!;
    throw askImagesErrors.BAD_FILE({ path, problem: `${place === '' ? 'it' : place}: ${message.toLowerCase()}` });
  }
  const folder = dirname(path);
  return Promise.all(
    content.images.map(async (image) => {
      const id = image.file.replaceAll('\\', '/').replace(/^(\.\/)+/, '');
      const found = await fileWithin(folder, image.file);
      if (found === undefined) throw askImagesErrors.BAD_IMAGE({ file: image.file, problem: `it is not in ${folder}` });
      return { ...image, file: found, id };
    }),
  );
}
