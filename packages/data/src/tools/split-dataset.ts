import type { Sample } from '../contracts.js';
import { dataErrors } from '../errors.js';
import { writeFolderAtomic } from '../files/write-folder-atomic.js';
import type { ImageToWrite } from '../formats/dataset-writer.js';
import { datasetWriters } from '../formats/dataset-writers.js';
import { isPlainName } from '../formats/image-name.js';
import { assignSubsets } from './assign-subsets.js';
import type { Conversion } from './convert-dataset.js';
import { imageToWrite } from './image-to-write.js';
import { readSubsets } from './read-subsets.js';

export interface Split extends Conversion {
  /** How the images are shared out, in any unit. */
  readonly shares: Readonly<Record<string, number>>;
  readonly seed: number;
}

/** Shares the images of a dataset, all its subsets together, out into new ones; gives how many images each has. */
export async function splitDataset(split: Split): Promise<Readonly<Record<string, number>>> {
  const { root, from, target, to, options, shares, seed, onRead, onLoss } = split;
  const write = datasetWriters.get(to);
  if (!write) throw dataErrors.FORMAT_NAME({ name: to, known: [...datasetWriters.keys()] });
  const samples = new Map<string, Sample>();
  const all = { ...options, crowds: 'use', empty: 'use', void: 'use', sizes: 'check' } as const;
  for await (const { subset, item } of readSubsets(root, from, all)) {
    onRead?.(item, subset);
    if (item.kind === 'skipped') continue;
    const { sample } = item;
    const name = samples.has(sample.id) ? `${subset}/${sample.id}` : sample.id;
    if (isPlainName(name)) samples.set(name, { ...sample, id: name });
    else onLoss?.({ reason: 'image name that the format has no place for', item: `${subset}/${name}` });
  }
  const labelled = [...samples].map(([key, { instances }]) => ({
    key,
    categories: instances.filter(({ kind }) => kind === undefined).map(({ category }) => category),
  }));
  const assigned = assignSubsets(labelled, shares, seed);
  const names = Object.keys(shares).filter((name) => shares[name]! > 0);
  const own = (name: string): readonly Sample[] => [...samples.values()].filter(({ id }) => assigned.get(id) === name);
  const dataset = {
    categories: await from.format.categories(root),
    background: await from.format.background(root),
    subsets: Object.fromEntries(names.map((name) => [name, imagesOf(own(name))])),
  };
  await writeFolderAtomic(target, root, (folder) => write(folder, dataset, onLoss));
  return Object.fromEntries(names.map((name) => [name, own(name).length]));
}

async function* imagesOf(samples: readonly Sample[]): AsyncGenerator<ImageToWrite> {
  for (const sample of samples) yield await imageToWrite(sample);
}
