import { closeSync, openSync, writeSync } from 'node:fs';

/** A file that grows line by line. Each line is written at once, so that what was reported survives a crash; made with the first line. */
export interface LineFile {
  readonly append: (line: string) => void;
  readonly close: () => void;
}

export function openLineFile(path: string): LineFile {
  let file: number | undefined;
  return {
    append: (line) => {
      file ??= openSync(path, 'a');
      writeSync(file, `${line}\n`);
    },
    close: () => {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}
