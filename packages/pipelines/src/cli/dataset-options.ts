import type { InstancesOf, ReadOptions } from '@sluice/data';
import { Argument, Option, type Command } from 'commander';
import { datasetFormatNames } from './dataset-format-names.js';

/** How a dataset is read, as the command line gives it. */
export interface ReadingOptions {
  readonly instances: InstancesOf | 'auto';
  readonly imagePrefix?: string;
  readonly maskPrefix?: string;
  readonly json?: boolean;
}

/** The same for commands that write one anew. */
export interface WritingOptions extends ReadingOptions {
  readonly onBadItem: 'skip' | 'fail';
}

export const readOptionsOf = ({ instances, imagePrefix, maskPrefix }: ReadingOptions): ReadOptions => ({
  ...(instances !== 'auto' && { instances }),
  ...(imagePrefix !== undefined && { imagePrefix }),
  ...(maskPrefix !== undefined && { maskPrefix }),
});

export const datasetArgument = (name: string): Argument =>
  new Argument(`<${name}>`, 'folder of the dataset, or a zip or tar archive of it');

export const formatOption = (flags: string, description: string): Option =>
  new Option(flags, description).choices(datasetFormatNames);

export const addReading = (command: Command): Command =>
  command
    .addOption(
      new Option('--instances <kind>', 'what an instance is in datasets of mask images')
        .choices(['auto', 'objects', 'classes', 'components'])
        .default('auto'),
    )
    .option('--image-prefix <text>', 'start of image names that is no part of ids (Common Semantic Segmentation)')
    .option('--mask-prefix <text>', 'the same of mask names')
    .option('--json', 'print one JSON document');

export const onBadItem = (): Option =>
  new Option('--on-bad-item <policy>', 'what a broken image or annotation does')
    .choices(['skip', 'fail'])
    .default('skip');
