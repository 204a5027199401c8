import type { Instance } from '../../contracts.js';
import { connectedComponents } from '../../masks/connected-components.js';
import { countsByLabel, type LabelMap } from '../../masks/label-map.js';
import type { InstancesOf, ReadOptions } from '../dataset-format.js';
import type { Fault } from '../skipped.js';
import { UNKNOWN, VOID, type ClassMap } from './class-map.js';
import { vocColour } from './colours.js';
import type { LabelTable } from './label-table.js';
import type { MaskPixels } from './read-mask-image.js';

export type MaskOptions = Pick<ReadOptions, 'background' | 'void'> & { readonly instances: InstancesOf };

/** What a sample's masks hold: instances, and masks that are none. */
export interface MaskInstances {
  readonly instances: readonly Instance[];
  readonly faults: readonly (Fault & { readonly item: string; readonly count?: number })[];
}

/** One instance a class, or one a connected region of a class. Background and void are told of once, not by region. */
export function instancesOfClasses({ map, unknown }: ClassMap, table: LabelTable, options: MaskOptions): MaskInstances {
  const faults: MaskInstances['faults'][number][] = [];
  const usable = new Set<number>();
  for (const label of new Set(map.data)) {
    const fault = faultOf(label, table, options);
    if (!fault) usable.add(label);
    else if (label !== UNKNOWN) faults.push({ ...fault, item: `class ${nameOf(label, table)}` });
  }
  if (unknown) faults.push({ reason: 'unknown category', item: 'class mask', ...unknown });
  const { map: regions, labels } =
    options.instances === 'components' ? connectedComponents(map) : { map, labels: undefined };
  const instances: Instance[] = [];
  for (const [region, counts] of countsByLabel(regions)) {
    const label = labels ? labels[region]! : region;
    if (!usable.has(label)) continue;
    const id = labels ? String(instances.length + 1) : String(label);
    instances.push({ id, category: nameOf(label, table), mask: rle(map, counts), ...kindOf(label, table) });
  }
  return { instances, faults };
}

/** One instance an object number that isn't 0. Of an object's classes the highest counts, as in Datumaro. */
export function instancesOfObjects(
  { map: classes }: ClassMap,
  objects: MaskPixels,
  table: LabelTable,
  options: MaskOptions,
): MaskInstances {
  const { map, strange } = objectNumbers(objects);
  const rank = (label: number): number => {
    if (label === UNKNOWN) return -2;
    return label === VOID || (label === table.voidLabel && options.void !== 'use') ? -1 : label;
  };
  const labels = new Map<number, number>();
  for (let i = 0; i < map.data.length; i++) {
    const object = map.data[i]!;
    const label = classes.data[i]!;
    const known = labels.get(object);
    if (known === undefined || rank(label) > rank(known)) labels.set(object, label);
  }
  const instances: Instance[] = [];
  const faults: MaskInstances['faults'][number][] = [];
  for (const [object, counts] of countsByLabel(map)) {
    if (object === 0) continue;
    const label = labels.get(object)!;
    const isVoid = object === objects.voidNumber && options.void !== 'use';
    const fault: Fault | undefined = isVoid ? { reason: 'void' } : faultOf(label, table, options);
    if (fault) faults.push({ ...fault, item: `object ${object}` });
    else {
      const kind = object === objects.voidNumber ? VOID_KIND : kindOf(label, table);
      instances.push({ id: String(object), category: nameOf(label, table), mask: rle(map, counts), ...kind });
    }
  }
  if (strange > 0) {
    const detail = "colours that are none of Pascal VOC's 256";
    faults.push({ reason: 'unknown category', item: 'object mask', count: strange, detail });
  }
  return { instances, faults };
}

const numberByColour: ReadonlyMap<number, number> = new Map(
  Array.from({ length: 256 }, (_, number) => [vocColour(number), number]),
);

/** Object numbers of pixels; colours that stand for none count as 0, and are counted. */
function objectNumbers({ kind, map }: MaskPixels): { readonly map: LabelMap; readonly strange: number } {
  if (kind === 'numbers') return { map, strange: 0 };
  const strange = new Set<number>();
  const data = Uint16Array.from(map.data, (colour) => {
    const number = numberByColour.get(colour);
    if (number === undefined) strange.add(colour);
    return number ?? 0;
  });
  return { map: { ...map, data }, strange: strange.size };
}

function faultOf(label: number, table: LabelTable, options: MaskOptions): Fault | undefined {
  if (label === UNKNOWN)
    return { reason: 'unknown category', detail: 'the class mask has a number or colour of no label' };
  if ((label === VOID || label === table.voidLabel) && options.void !== 'use') return { reason: 'void' };
  return label === table.background && options.background !== 'use' ? { reason: 'background' } : undefined;
}

const VOID_KIND = { kind: 'void' } as const;

function kindOf(label: number, { voidLabel }: LabelTable): Pick<Instance, 'kind'> {
  return label === VOID || label === voidLabel ? VOID_KIND : {};
}

function nameOf(label: number, table: LabelTable): string {
  return table.names[label] ?? 'void';
}

function rle({ width, height }: LabelMap, counts: readonly number[]): Instance['mask'] {
  return { kind: 'rle', width, height, counts };
}
