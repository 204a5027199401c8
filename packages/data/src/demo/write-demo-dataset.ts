import { canonicalJson } from '@sluice/core';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Instance, Subset } from '../contracts.js';
import { dataErrors } from '../errors.js';
import { removeUnfinished, temporaryBeside } from '../files/write-folder-atomic.js';
import { loadSharp } from '../images/load-sharp.js';
import { writeCoco } from '../formats/coco/write-coco.js';
import { datasetWriters } from '../formats/dataset-writers.js';
import type { ImageToWrite } from '../formats/dataset-writer.js';
import { connectedComponents } from '../masks/connected-components.js';
import { countsByLabel } from '../masks/label-map.js';
import { countsOfMask } from '../masks/rle-counts.js';
import { generateScene, type Scene, type SceneContent, type SceneOptions } from './generate-scene.js';

export interface DemoDatasetOptions {
  /** @default 0 */
  readonly seed?: number;
  /** Pictures to train with. @default 40 */
  readonly train?: number;
  /** @default 12 */
  readonly val?: number;
  /** @default 12 */
  readonly test?: number;
  /** Pixels. @default 640 */
  readonly width?: number;
  /** Pixels. @default 480 */
  readonly height?: number;
  /** What the pictures show: bunches, or crowds of 100 to 200 small berries. @default 'bunches' */
  readonly content?: SceneContent;
  /**
   * Writes another labelling, which every format can hold, in that format: an instance is a connected region of berries, and pictures of all subsets have
   * names of their own. @default COCO, with whole bunches as instances
   */
  readonly format?: string;
}

/** Raised whenever the same options give other pictures or masks. */
const VERSION = 1;
const MANIFEST = 'demo-dataset.json';
const CATEGORY = 'berries';

/**
 * Writes the generated dataset, bunches of berries among leaves, as COCO instances. Does nothing, and returns false, where `root` holds the
 * very same dataset; replaces one that was made with other options; refuses a folder that holds anything else. All is written beside
 * `root` and renamed at the end, so a dataset cut off halfway never looks whole.
 */
export async function writeDemoDataset(root: string, options: DemoDatasetOptions = {}): Promise<boolean> {
  const { seed = 0, train = 40, val = 12, test = 12, width = 640, height = 480, format, content } = options;
  const write = format === undefined ? writeCoco : datasetWriters.get(format);
  if (!write) throw dataErrors.FORMAT_NAME({ name: String(format), known: [...datasetWriters.keys()] });
  const counts = { train, val, test };
  const pictureOptions = { seed, width, height, ...(content && { content }) };
  const manifest = canonicalJson({ dataset: 'sluice demo', version: VERSION, ...counts, ...pictureOptions, format });
  const target = resolve(root);
  await removeUnfinished(target);
  const found = await manifestAt(target);
  if (found === manifest) return false;
  if (found === undefined && !(await isEmpty(target))) throw dataErrors.DEMO_FOLDER({ root: target });
  const temporary = temporaryBeside(target);
  try {
    await mkdir(temporary, { recursive: true });
    const labelling = format === undefined ? bunches : regions;
    const pictures = (subset: Subset): AsyncIterable<ImageToWrite> =>
      picturesOf({ ...pictureOptions, subset }, counts[subset], labelling);
    const subsets = { train: pictures('train'), val: pictures('val'), test: pictures('test') };
    await write(temporary, { categories: [CATEGORY], subsets });
    await writeFile(join(temporary, MANIFEST), manifest);
    await putInPlace(temporary, target, manifest);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return true;
}

async function* picturesOf(
  options: Omit<SceneOptions, 'index'>,
  count: number,
  { prefix, instancesOf }: Labelling,
): AsyncGenerator<ImageToWrite> {
  const { width, height } = options;
  const sharp = await loadSharp();
  for (let index = 0; index < count; index++) {
    const scene = generateScene({ ...options, index });
    const picture = sharp(scene.rgb, { raw: { width, height, channels: 3 } });
    yield {
      fileName: `${prefix(options.subset)}${String(index).padStart(3, '0')}.jpg`,
      width,
      height,
      bytes: await picture.jpeg({ quality: 92 }).toBuffer(),
      instances: instancesOf(scene),
    };
  }
}

interface Labelling {
  /** Start of file names. */
  readonly prefix: (subset: Subset) => string;
  readonly instancesOf: (scene: Scene) => Instance[];
}

const bunches: Labelling = { prefix: () => '', instancesOf: bunchesOf };
const regions: Labelling = { prefix: (subset) => `${subset}-`, instancesOf: regionsOf };

/** Most regions of a picture that are labelled, the largest. */
const MAX_REGIONS = 12;

/** What a mask of classes can hold: regions of berries that touch, in the order of their first pixels. */
function regionsOf({ width, height, owner }: Scene): Instance[] {
  const { map, labels } = connectedComponents({
    width,
    height,
    data: Uint16Array.from(owner, (id) => (id > 0 ? 1 : 0)),
  });
  const counts = [...countsByLabel(map)].filter(([region]) => labels[region] === 1).map(([, runs]) => runs);
  const areas = counts.map((runs) => runs.reduce((area, run, i) => (i % 2 === 1 ? area + run : area), 0));
  const least = areas.toSorted((a, b) => b - a)[MAX_REGIONS - 1] ?? 0;
  return counts
    .filter((_, i) => areas[i]! >= least)
    .map((runs, i) => ({ id: String(i + 1), category: CATEGORY, mask: { kind: 'rle', width, height, counts: runs } }));
}

function bunchesOf({ width, height, owner, instances }: Scene): Instance[] {
  return Array.from({ length: instances }, (_, i) => {
    const data = owner.map((id) => (id === i + 1 ? 1 : 0));
    const counts = countsOfMask({ width, height, data });
    return { id: String(i + 1), category: CATEGORY, mask: { kind: 'rle', width, height, counts } };
  });
}

async function manifestAt(root: string): Promise<string | undefined> {
  return await readFile(join(root, MANIFEST), 'utf8').catch(() => undefined);
}

async function isEmpty(folder: string): Promise<boolean> {
  return (await readdir(folder).catch(() => [])).length === 0;
}

/** Renames `temporary` to `target`, moving away what is there; a twin that was quicker keeps the place. */
async function putInPlace(temporary: string, target: string, manifest: string): Promise<void> {
  if ((await manifestAt(target)) === manifest) return;
  const old = temporaryBeside(target);
  const hadOld = await rename(target, old).then(
    () => true,
    () => false,
  );
  try {
    await rename(temporary, target);
  } catch (error) {
    if ((await manifestAt(target)) !== manifest) throw error;
  }
  if (hadOld) await rm(old, { recursive: true, force: true });
}
