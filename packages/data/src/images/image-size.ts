import { loadSharp } from './load-sharp.js';

/** Width and height as stored, from the file's header; undefined if it can't be read. */
export async function imageSize(
  path: string,
): Promise<{ readonly width: number; readonly height: number } | undefined> {
  const sharp = await loadSharp();
  try {
    const { width, height } = await sharp(path).metadata();
    return { width, height };
  } catch {
    return undefined;
  }
}
