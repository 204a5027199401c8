import { dataErrors } from '../errors.js';
import { writeFolderAtomic } from '../files/write-folder-atomic.js';
import type { ReadItem, ReadOptions } from '../formats/dataset-format.js';
import type { DatasetToWrite, ImageToWrite, Loss } from '../formats/dataset-writer.js';
import { datasetWriters } from '../formats/dataset-writers.js';
import type { FoundFormat } from '../formats/find-format.js';
import { isPlainName } from '../formats/image-name.js';
import { imageToWrite } from './image-to-write.js';

export interface Conversion {
  readonly root: string;
  readonly from: FoundFormat;
  readonly target: string;
  /** Name of the format to write. */
  readonly to: string;
  readonly options?: Pick<ReadOptions, 'instances' | 'imagePrefix' | 'maskPrefix'>;
  /** Called for each sample and everything that was skipped in reading; may throw to stop. */
  readonly onRead?: (item: ReadItem, subset: string) => void;
  /** Called for everything that the target's format can't hold. */
  readonly onLoss?: (loss: Loss) => void;
}

/**
 * Reads a dataset, all subsets under their own names, and writes it in another format. The target is written to a temporary name and
 * renamed when whole; one that holds files is refused. Image files are copied byte for byte.
 */
export async function convertDataset(conversion: Conversion): Promise<void> {
  const { root, from, target, to, onLoss } = conversion;
  const write = datasetWriters.get(to);
  if (!write) throw dataErrors.FORMAT_NAME({ name: to, known: [...datasetWriters.keys()] });
  const names = await from.format.subsets(root);
  const dataset: DatasetToWrite = {
    categories: await from.format.categories(root),
    background: await from.format.background(root),
    subsets: Object.fromEntries(names.map((name) => [name, imagesOf(name, conversion)])),
  };
  await writeFolderAtomic(target, root, (folder) => write(folder, dataset, onLoss));
}

async function* imagesOf(
  subset: string,
  { root, from, options, onRead, onLoss }: Conversion,
): AsyncGenerator<ImageToWrite> {
  const asTrain = { train: [subset], val: [], test: [] };
  const all: ReadOptions = { ...options, crowds: 'use', empty: 'use', void: 'use', sizes: 'check', subsets: asTrain };
  for await (const item of from.format.read(root, all)) {
    if (item.kind === 'skipped' && item.unit === 'subset') continue;
    onRead?.(item, subset);
    if (item.kind === 'skipped') continue;
    const image = await imageToWrite(item.sample);
    if (isPlainName(image.fileName)) yield image;
    else onLoss?.({ reason: 'image name that the format has no place for', item: `${subset}/${image.fileName}` });
  }
}
