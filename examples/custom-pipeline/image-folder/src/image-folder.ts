import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { choice, defineStage, fromPull, path as pathOption } from '@sluice/core';
import { IMAGE_CODEC } from '@sluice/data';
import { Type } from '@sinclair/typebox';
import { PictureContract, type Picture } from '@pictures/contracts';
import { imageFolderErrors } from './errors.js';

const ENDINGS = ['.png', '.jpg', '.jpeg', '.webp'];

/** Lists the pictures of a folder in the order of their names. What can't be read is counted: read = used + skipped. */
export const imageFolder = defineStage({
  type: 'image-folder',
  summary: 'The pictures of a folder, by name; reads their sizes only.',
  inputs: {},
  outputs: { pictures: PictureContract },
  options: Type.Object({
    root: pathOption({ description: 'Folder with the pictures.' }),
    'on-bad-item': choice(['skip', 'fail'], {
      default: 'skip',
      description: 'What to do with a file that has the ending of a picture and is none.',
    }),
  }),
  services: { codec: IMAGE_CODEC },
  light: true,
  create:
    ({ root, 'on-bad-item': onBadItem }, { codec }, { report }) =>
    () => ({
      pictures: fromPull(async function* (): AsyncGenerator<Picture> {
        const names = await readdir(root).catch((cause: unknown) => {
          throw imageFolderErrors.NO_FOLDER({ root }, { cause });
        });
        const pictures = names.filter((name) => ENDINGS.includes(path.extname(name).toLowerCase())).sort();
        let used = 0;
        for (const name of pictures) {
          const file = path.join(root, name);
          const size = await codec.size(file);
          if (size === undefined) {
            if (onBadItem === 'fail') throw imageFolderErrors.BAD_PICTURE({ path: file });
            report({ type: 'skipped', reason: 'unreadable', item: name });
            continue;
          }
          report({ type: 'counted', what: 'pictures used', count: 1 });
          report({ type: 'progress', done: ++used, total: pictures.length, unit: 'pictures' });
          const [width, height] = size.isTurned ? [size.height, size.width] : [size.width, size.height];
          yield { name, path: file, width, height };
        }
        if (used === 0) throw imageFolderErrors.NO_PICTURE({ root, endings: ENDINGS });
      }),
    }),
});
