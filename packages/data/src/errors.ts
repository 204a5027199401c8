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
  PROMPT_KIND: ({ mix }: { mix?: { box: number; point: number } }) =>
    mix
      ? `prompts cannot be mixed as ${mix.box} boxes to ${mix.point} points; give two shares from 0, not both 0`
      : 'neither boxes nor points are asked for; set boxes or points to true',
  PROMPT_POINTS: (d: { pointCount: number }) =>
    `pointCount is ${d.pointCount} but must be a whole number from 1; leave it out to ask with one point`,
  PROMPT_JITTER: (d: { jitter: number }) => `jitter is ${d.jitter} but must be at least 0 and below 0.5; 0.02 is usual`,
  PROMPT_LIMIT: (d: { maxPerImage: number }) =>
    `maxPerImage is ${d.maxPerImage} but must be at least 1; leave it out to use every instance`,
  DATASET_FOLDER: (d: { root: string }) => `there is no dataset at ${d.root}; give the path of its folder`,
  COCO_NOT_FOUND: (d: { root: string }) =>
    `no COCO annotations in ${d.root}; expected annotations/instances_<subset>.json or <subset>/_annotations.coco.json`,
  COCO_STRUCTURE: (d: { path: string; key: string }) =>
    `${d.path} has no list "${d.key}"; a COCO instances file has the lists images, annotations and categories`,
  VOC_NOT_FOUND: (d: { root: string }) =>
    `no Pascal VOC dataset in ${d.root}; expected ImageSets/Segmentation/<subset>.txt, JPEGImages/ and SegmentationClass/`,
  LABEL_MAP: (d: { path: string; line: number; text: string; fault: string }) =>
    `${d.path}:${d.line} ${JSON.stringify(d.text.slice(0, 60))} ${d.fault}; write a label as name:r,g,b:parts:actions`,
  SEMANTIC_NOT_FOUND: (d: { root: string }) =>
    `no Common Semantic Segmentation dataset in ${d.root}; expected dataset_meta.json, images/ and masks/, there or in a folder for each subset`,
  DATASET_META: (d: { path: string; key: string; expected: string }) =>
    `${d.path}: ${d.key} is not ${d.expected}; correct the file`,
  CATEGORIES_DIFFER: (d: { root: string; paths: readonly [string, string] }) =>
    `the subsets of ${d.root} have different categories (${d.paths[0]} and ${d.paths[1]}); give all of them the same, in one order`,
  CATEGORY_TWICE: (d: { path: string; name: string }) =>
    `${d.path}: two categories have the name ${JSON.stringify(d.name)}; give each a name of its own`,
  DATUMARO_NOT_FOUND: (d: { root: string }) =>
    `no Datumaro annotations in ${d.root}; expected annotations/<subset>.json with images/<subset>/`,
  DATUMARO_STRUCTURE: (d: { path: string; key: string; expected: string }) =>
    `${d.path}: ${d.key} is not ${d.expected}; a Datumaro file has an object "categories" and a list "items"`,
  IMAGE_FOLDER: (d: { path: string; folders: readonly string[] }) =>
    `no image folder for ${d.path}; expected one of ${d.folders.join(', ')}`,
  NO_SUBSET: (d: { root: string; found: readonly string[] }) =>
    `none of the subsets in ${d.root} (${d.found.join(', ')}) is known as train, val or test; say which is which, such as subsets: { train: ${d.found[0] ?? 'NAME'} }`,
  FILE_UNREADABLE: (d: { path: string; reason: string }) => `cannot read ${d.path}: ${d.reason}`,
  JSON_SYNTAX: (d: { path: string; line: number; column: number; found: string }) =>
    `${d.path}:${d.line}:${d.column} is not JSON: ${d.found === '' ? 'the text ends too early' : `unexpected ${JSON.stringify(d.found)}`}`,
  BAD_ITEM: (d: { item: string; reason: string; detail: string | undefined }) =>
    `${d.item}: ${d.reason}${d.detail === undefined ? '' : ` (${d.detail})`}; mend it, or go on without it (on bad item: skip)`,
  ARCHIVE_ENTRY: (d: { path: string; entry: string; reason: string }) =>
    `the archive ${d.path} is refused for its entry ${JSON.stringify(d.entry.slice(0, 200))}: ${d.reason}; pack plain files and folders alone`,
  ARCHIVE_LIMIT: (d: { path: string; limit: string }) =>
    `the archive ${d.path} unfolds to more than ${d.limit}; if you trust it, unpack it yourself and give the folder`,
  ARCHIVE_UNREADABLE: (d: { path: string; reason: string }) =>
    `cannot unpack the archive ${d.path}: ${d.reason}; get or make it again`,
  FORMAT_NAME: (d: { name: string; known: readonly string[] }) =>
    `there is no dataset format "${d.name}"; choose among ${d.known.join(', ')}`,
  FORMAT_UNKNOWN: (d: { root: string; known: readonly string[] }) =>
    `${d.root} looks like none of the formats ${d.known.join(', ')}; check the path, or name the format`,
  DESTINATION: (d: { folder: string; reason: string }) =>
    `${d.folder} ${d.reason}; give a new or empty folder to write to`,
  WRITE_CATEGORY: (d: { category: string; categories: readonly string[] }) =>
    `an instance has the category "${d.category}", which is not among those to write (${d.categories.join(', ')})`,
  WRITE_FILE_NAME: (d: { fileName: string }) =>
    `cannot write an image as ${JSON.stringify(d.fileName)}; file names must be distinct and stay within the image folder`,
  DEMO_FOLDER: (d: { root: string }) =>
    `${d.root} holds files but no demo dataset; give an empty or new folder for the generated pictures`,
});
