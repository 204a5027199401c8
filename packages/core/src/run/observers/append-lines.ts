import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';

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

/** A file of lines that a resumed run writes anew. */
export interface RenewedLineFile {
  /** Where the lines so far lie. */
  readonly path: () => string;
  /** False while the file still holds the lines of the run before. */
  readonly renewed: () => boolean;
  readonly append: (line: string) => void;
  /** Ends the file. What is shorter than the file before only takes its place when it is `complete`. */
  readonly close: (complete: boolean) => void;
}

/** Lines gather beside a file that is there already, and take its place once they are as many: at no moment are there fewer than before. */
export function renewLineFile(path: string): RenewedLineFile {
  const beside = `${path}.new`;
  rmSync(beside, { force: true });
  let missing = existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0;
  let renewed = !existsSync(path);
  let lines = openLineFile(renewed ? path : beside);
  const takePlace = (): void => {
    lines.close();
    if (existsSync(beside)) renameSync(beside, path);
    else rmSync(path, { force: true });
    renewed = true;
    lines = openLineFile(path);
  };
  return {
    path: () => (renewed ? path : beside),
    renewed: () => renewed,
    append: (line) => {
      lines.append(line);
      missing -= 1;
      if (!renewed && missing <= 0) takePlace();
    },
    close: (complete) => {
      if (!renewed && complete) takePlace();
      lines.close();
      rmSync(beside, { force: true });
    },
  };
}
