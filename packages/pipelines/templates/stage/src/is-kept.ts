import type { Sample } from '@sluice/data';
import type { MyNameOptions } from './options.js';

export function isKept({ instances }: Pick<Sample, 'instances'>, { 'min-instances': least }: MyNameOptions): boolean {
  return instances.length >= least;
}
