import { defineErrors } from '@sluice/core';

type Size = readonly [width: number, height: number];
const size = ([width, height]: Size): string => `${width}x${height}`;

/** All errors of this package. Sizes read width x height. */
export const dataErrors = defineErrors('data', {
  MASK_SIZES_DIFFER: (d: { first: Size; other: Size }) =>
    `masks to unite differ in size: ${size(d.first)} and ${size(d.other)}; draw both at the size of their image`,
  RLE_SIZE: (d: { rle: Size; image: Size }) =>
    `the RLE mask is ${size(d.rle)} but its image is ${size(d.image)}; write masks at the size of the image`,
  RLE_LENGTH: (d: { total: number; width: number; height: number }) =>
    `the RLE runs cover ${Number.isNaN(d.total) ? 'no whole number of' : d.total} pixels but a ${d.width}x${d.height} mask has ${d.width * d.height}; write whole runs that fill the mask`,
  RLE_STRING: (d: { position: number; text: string }) =>
    `the compressed RLE string is malformed at character ${d.position} (${JSON.stringify(d.text.slice(Math.max(0, d.position - 8), d.position + 8))}); write it with pycocotools or as a list of run lengths`,
  IMAGE_UNREADABLE: (d: { path: string; reason: string }) =>
    `cannot read the image ${d.path}: ${d.reason}; replace the file or remove it from the dataset`,
  IMAGE_SIZE: (d: { path: string; declared: Size; stored: Size }) =>
    `the image ${d.path} is ${size(d.stored)} but the dataset declares ${size(d.declared)}; masks would not fit: correct the declared width and height`,
  PROMPT_KIND: (_: object) => 'neither boxes nor points are asked for; set boxes or points to true',
  PROMPT_JITTER: (d: { jitter: number }) => `jitter is ${d.jitter} but must be at least 0 and below 0.5; 0.02 is usual`,
  PROMPT_LIMIT: (d: { maxPerImage: number }) =>
    `maxPerImage is ${d.maxPerImage} but must be at least 1; leave it out to use every instance`,
});
