const extensions = new Set(
  'jpg jpeg jpe jp2 png bmp dib tif tiff tga webp pfm sr ras exr hdr pic pbm pgm ppm pxm pnm'.split(' '),
);

/** The name of an image file without its extension; undefined for other files. Datumaro's list of extensions, in any case. */
export function imageStem(name: string): string | undefined {
  const dot = name.lastIndexOf('.');
  return dot > 0 && extensions.has(name.slice(dot + 1).toLowerCase()) ? name.slice(0, dot) : undefined;
}
