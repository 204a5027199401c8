import type { Instance } from '../../contracts.js';
import { dataErrors } from '../../errors.js';
import { rasterize } from '../../masks/rasterize.js';
import type { ImageToWrite, LossReason } from '../dataset-writer.js';
import { VOID } from './class-map.js';
import type { LabelCodes } from './label-codes.js';

/** An image's instances as one number a pixel, and what can't be told so. */
export interface Painting {
  readonly width: number;
  readonly height: number;
  /** Index of each pixel's label, `VOID` for void. */
  readonly classes: Uint16Array;
  /** Number of each pixel's instance, from 1 in the instances' order; 0 for none, `VOID` for void. */
  readonly objects: Uint16Array;
  readonly objectCount: number;
  readonly hasVoid: boolean;
  readonly losses: readonly LossReason[];
}

/** Paints instances in their order, later ones over earlier ones, void last and only where nothing is. */
export function paintInstances({ width, height, instances }: ImageToWrite, codes: LabelCodes): Painting {
  const losses: LossReason[] = [];
  const classes = new Uint16Array(width * height).fill(codes.background);
  const objects = new Uint16Array(width * height);
  const painted: { readonly number: number; readonly area: number }[] = [];
  for (const instance of instances) {
    const label = labelOf(instance, codes);
    if (typeof label !== 'number') {
      if (label) losses.push(label);
      continue;
    }
    const number = painted.length + 1;
    if (instance.mask.kind === 'polygons') losses.push('outline became pixels');
    const { data } = rasterize(instance.mask, width, height);
    let area = 0;
    for (let i = data.indexOf(1); i >= 0; i = data.indexOf(1, i + 1)) {
      classes[i] = label;
      objects[i] = number;
      area++;
    }
    painted.push({ number, area });
  }
  losses.push(...hiddenInstances(objects, painted));
  let hasVoid = false;
  for (const { mask } of instances.filter(({ kind }) => kind === 'void')) {
    hasVoid = true;
    const { data } = rasterize(mask, width, height);
    for (let i = data.indexOf(1); i >= 0; i = data.indexOf(1, i + 1)) {
      if (objects[i] === 0) classes[i] = objects[i] = VOID;
    }
  }
  return { width, height, classes, objects, objectCount: painted.length, hasVoid, losses };
}

/** The instance's label; why it has none; or nothing, for void, which is painted at the end. */
function labelOf({ category, kind }: Instance, codes: LabelCodes): number | LossReason | undefined {
  if (kind === 'void') return undefined;
  if (kind === 'crowd') return 'crowd';
  const label = codes.names.indexOf(category);
  if (label < 0) throw dataErrors.WRITE_CATEGORY({ category, categories: codes.names });
  return label === codes.background ? 'background' : label;
}

function hiddenInstances(
  objects: Uint16Array,
  painted: readonly { readonly number: number; readonly area: number }[],
): LossReason[] {
  const visible = new Uint32Array(painted.length + 1);
  for (const number of objects) visible[number]!++;
  return painted.flatMap(({ number, area }): LossReason[] => {
    if (visible[number] === area) return [];
    return [visible[number] === 0 ? 'instance hidden by others' : 'instance hidden in part by others'];
  });
}
