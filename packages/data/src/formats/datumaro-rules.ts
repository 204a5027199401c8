import type { ReadOptions } from './dataset-format.js';

/** Options with which the readers take for an instance what Datumaro does: each polygon by itself, crowds, background and void, and images with nothing. */
export const DATUMARO_RULES: ReadOptions = {
  background: 'use',
  crowds: 'use',
  empty: 'use',
  instances: 'objects',
  parts: 'separate',
  void: 'use',
};
