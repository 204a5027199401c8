import { defineStage, fromPull } from '@sluice/core';
import { SampleContract } from '@sluice/data';
import { ingestOptions } from './options.js';
import { readDataset } from './read-dataset.js';

/** Reads a labelled dataset. Everything that is left out is counted by reason: read = used + skipped. */
export const ingest = defineStage({
  type: 'ingest',
  summary: 'Reads the images and masks of a dataset folder, in file order; decodes no pixels.',
  inputs: {},
  outputs: { samples: SampleContract },
  options: ingestOptions,
  light: true,
  create: (options, _services, context) => () => ({ samples: fromPull(() => readDataset(options, context)) }),
});
