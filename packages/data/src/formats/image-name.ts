import { dataErrors } from '../errors.js';

/** Whether a name stays within the folder that it is put into, on any system. */
export function isPlainName(fileName: string): boolean {
  // eslint-disable-next-line no-control-regex -- these are what is looked for
  const isPart = (part: string): boolean => part !== '' && part !== '.' && part !== '..' && !/[\0-\x1f:]/.test(part);
  return fileName.split(/[/\\]/).every(isPart);
}

/** Checks the file names of a subset: each plain, and none twice. */
export function nameChecker(): (fileName: string) => void {
  const names = new Set<string>();
  return (fileName) => {
    if (!isPlainName(fileName) || names.has(fileName)) throw dataErrors.WRITE_FILE_NAME({ fileName });
    names.add(fileName);
  };
}
