import { defineStage } from '@sluice/core';
import { SampleContract } from '@sluice/data';
import { filter } from 'rxjs';
import { isKept } from './is-kept.js';
import { myNameOptions } from './options.js';

/** Lets samples with enough instances through; each one that it leaves out is reported. */
export const myNameStage = defineStage({
  type: 'my-name',
  summary: 'Samples with at least `min-instances` instances.',
  inputs: { samples: SampleContract },
  outputs: { samples: SampleContract },
  options: myNameOptions,
  create:
    (options, _services, { report }) =>
    ({ samples }) => ({
      samples: samples.pipe(
        filter((sample) => {
          const kept = isKept(sample, options);
          if (kept) report({ type: 'counted', what: 'samples kept', count: 1 });
          else report({ type: 'skipped', reason: 'too few instances', item: sample.key });
          return kept;
        }),
      ),
    }),
});
