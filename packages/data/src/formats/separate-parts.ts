import type { Instance } from '../contracts.js';

/** An instance for each polygon, `<id>.<number>` where there are several. */
export function separateParts(instance: Instance): readonly Instance[] {
  const { id, mask } = instance;
  if (mask.kind !== 'polygons' || mask.rings.length < 2) return [instance];
  return mask.rings.map((ring, i) => ({ ...instance, id: `${id}.${i + 1}`, mask: { ...mask, rings: [ring] } }));
}
