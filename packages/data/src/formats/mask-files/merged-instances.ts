import type { Instance } from '../../contracts.js';

/** How many instances are one with another of their class in a mask of classes. */
export function mergedInstances(instances: readonly Instance[]): number {
  const objects = instances.filter(({ kind }) => kind === undefined);
  return objects.length - new Set(objects.map(({ category }) => category)).size;
}
