import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';

/** Paints `count` plain pictures, each in a colour and size of its own. */
export async function paintPictures(folder: string, count: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (let index = 0; index < count; index++) {
    const background = { r: (index * 53) % 256, g: (index * 97) % 256, b: (index * 151) % 256 };
    const create = { width: 160 + 16 * index, height: 120, channels: 3, background } as const;
    await sharp({ create }).toFile(path.join(folder, `${String(index + 1).padStart(2, '0')}.png`));
  }
}
