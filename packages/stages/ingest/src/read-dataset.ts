import type { StageContext } from '@sluice/core';
import {
  DATUMARO_RULES,
  findFormat,
  flipSample,
  isHarmless,
  openDataset,
  type DatasetFormat,
  type ReadOptions,
  type Sample,
} from '@sluice/data';
import { rm, stat } from 'node:fs/promises';
import { ingestErrors } from './errors.js';
import type { IngestOptions } from './options.js';

/** Samples of the dataset; what is skipped is reported with its reason. */
export async function* readDataset(options: IngestOptions, context: StageContext): AsyncGenerator<Sample> {
  const { report, logger } = context;
  const root = await unpacked(options.root, context);
  const reader = await formatOf(root, options.format, logger);
  let images = 0;
  for await (const item of reader.read(root, readOptionsOf(options))) {
    if (item.kind === 'sample') {
      report({ type: 'counted', what: 'images used', count: 1 });
      report({ type: 'counted', what: 'annotations used', count: item.sample.instances.length });
      report({ type: 'progress', done: ++images, unit: 'images' });
      yield item.sample;
      if (item.sample.subset === 'train') for (const flip of options.flips) yield flipSample(item.sample, flip);
      continue;
    }
    const { unit, reason, item: name, detail, count = 1 } = item;
    if (options['on-bad-item'] === 'fail' && !isHarmless(reason)) {
      throw ingestErrors.BAD_ITEM({ item: name, reason, detail });
    }
    report({ type: 'counted', what: `${unit}s skipped`, count });
    report({
      type: 'skipped',
      reason: `${unit}: ${reason}`,
      item: name,
      count,
      ...(detail === undefined ? {} : { detail }),
    });
  }
}

/** The dataset's folder. An archive is unpacked into the run's, where images are then read for as long as the run is looked at. */
async function unpacked(root: string, { id, run }: StageContext): Promise<string> {
  const stats = await stat(root).catch(() => undefined);
  if (stats?.isFile() !== true) return root;
  const into = async (): Promise<string> => {
    const folder = await run.path('datasets', id);
    await rm(folder, { recursive: true, force: true }); // what an interrupted start has left
    return folder;
  };
  return (await openDataset(root, { into })).root;
}

function readOptionsOf(options: IngestOptions): ReadOptions {
  const { subsets, instances, rules, boxes } = options;
  return {
    ...(rules === 'datumaro' ? DATUMARO_RULES : {}),
    ...(instances === 'auto' ? {} : { instances }),
    imagePrefix: options['image-prefix'] ?? '',
    maskPrefix: options['mask-prefix'] ?? '',
    ...{ subsets, boxes },
    sizes: 'check',
  };
}

async function formatOf(root: string, name: string, logger: StageContext['logger']): Promise<DatasetFormat> {
  const { format, reason } = await findFormat(root, name);
  if (name === 'auto') logger.info(`dataset format ${format.name}: ${reason}`);
  return format;
}
