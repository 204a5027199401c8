import { loadSharp } from './load-sharp.js';

/** Loads sharp and sends two pixels through PNG and back. Throws where that can't be done. */
export async function probeCodec(): Promise<{ readonly versions: Readonly<Record<string, string | undefined>> }> {
  const sharp = await loadSharp();
  const pixels = Uint8Array.of(255, 0, 0, 0, 0, 255);
  const png = await sharp(pixels, { raw: { width: 2, height: 1, channels: 3 } })
    .png()
    .toBuffer();
  const decoded = await sharp(png).raw().toBuffer();
  if (!decoded.equals(pixels)) throw new Error('pixels come back changed from PNG');
  return { versions: { sharp: sharp.versions.sharp, libvips: sharp.versions.vips } };
}
