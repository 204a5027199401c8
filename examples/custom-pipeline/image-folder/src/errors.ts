import { defineErrors } from '@sluice/core';

export const imageFolderErrors = defineErrors('image-folder', {
  NO_FOLDER: (d: { root: string }) => `there is no folder ${d.root}; set the option "root"`,
  NO_PICTURE: (d: { root: string; endings: readonly string[] }) =>
    `${d.root} holds no picture that can be read (${d.endings.join(', ')})`,
  BAD_PICTURE: (d: { path: string }) => `${d.path} can't be read as a picture; mend it, or set "on-bad-item" to skip`,
});
