import type { StageContext } from '@sluice/core';
import { datasetFormats, type DatasetFormat, type Sample, type SkipReason } from '@sluice/data';
import { ingestErrors } from './errors.js';
import type { IngestOptions } from './options.js';

/** Reasons that say nothing bad about the dataset: `on-bad-item: fail` does not fail for them. */
const harmless: ReadonlySet<SkipReason> = new Set<SkipReason>([
  'subset not used',
  'crowd',
  'background',
  'void',
  'not a mask',
  'box without mask',
  'image skipped',
  'no usable instance',
]);

/** Samples of the dataset; what is skipped is reported with its reason. */
export async function* readDataset(
  { format, root, subsets, instances, 'on-bad-item': onBadItem }: IngestOptions,
  { report, logger }: Pick<StageContext, 'report' | 'logger'>,
): AsyncGenerator<Sample> {
  const reader = format === 'auto' ? await detectFormat(root, logger) : datasetFormats.get(format)!;
  let images = 0;
  for await (const item of reader.read(root, { subsets, ...(instances === 'auto' ? {} : { instances }) })) {
    if (item.kind === 'sample') {
      report({ type: 'counted', what: 'images used', count: 1 });
      report({ type: 'counted', what: 'annotations used', count: item.sample.instances.length });
      report({ type: 'progress', done: ++images, unit: 'images' });
      yield item.sample;
      continue;
    }
    const { unit, reason, item: name, detail, count = 1 } = item;
    if (onBadItem === 'fail' && !harmless.has(reason)) throw ingestErrors.BAD_ITEM({ item: name, reason, detail });
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

async function detectFormat(root: string, logger: StageContext['logger']): Promise<DatasetFormat> {
  for (const format of datasetFormats.values()) {
    const detection = await format.detect(root);
    if (detection === undefined) continue;
    logger.info(`dataset format ${detection.format}: ${detection.reason}`);
    return format;
  }
  throw ingestErrors.UNKNOWN_FORMAT({ root, known: [...datasetFormats.keys()] });
}
