import { dataErrors } from '../../errors.js';
import { recordOf } from '../coco/coco-records.js';

/** The parts of an annotation file that are read; items are checked one by one, where they are used. */
export interface DatumaroDocument {
  readonly items: readonly unknown[];
  /** Names of labels; an annotation's `label_id` is an index. */
  readonly labels: readonly string[];
}

export interface DatumaroItem {
  readonly id: string;
  /** As the file gives it, relative to the image folder. */
  readonly path: string;
  /** Undefined where the file declares none: then the image file's own header counts. */
  readonly size: { readonly width: number; readonly height: number } | undefined;
  readonly annotations: readonly unknown[];
}

export function readDatumaroDocument(json: unknown, path: string): DatumaroDocument {
  const wrong = (key: string, expected: string) => dataErrors.DATUMARO_STRUCTURE({ path, key, expected });
  const document = recordOf(json);
  if (!document) throw wrong('the file', 'an object');
  const categories = recordOf(document['categories']);
  if (!categories) throw wrong('categories', 'an object');
  if (!Array.isArray(document['items'])) throw wrong('items', 'a list');
  const { labels = [] } = recordOf(categories['label']) ?? {};
  if (!Array.isArray(labels)) throw wrong('categories.label.labels', 'a list');
  const names = (labels as readonly unknown[]).map((label) => recordOf(label)?.['name']);
  const bad = names.findIndex((name) => typeof name !== 'string' || name === '');
  if (bad >= 0) throw wrong(`the name of label ${bad}`, 'a text');
  const distinct = new Set<string>();
  for (const name of names as string[]) {
    if (distinct.has(name)) throw dataErrors.CATEGORY_TWICE({ path, name });
    distinct.add(name);
  }
  return { items: document['items'], labels: [...distinct] };
}

/** An entry of `items`, or what is wrong with it. */
export function readDatumaroItem(value: unknown): DatumaroItem | string {
  const record = recordOf(value);
  if (!record) return 'it is not an object';
  const { id, annotations } = record;
  if (typeof id !== 'string' || id === '') return 'it has no id';
  const image = recordOf(record['image']);
  if (!image) return `it has no image`;
  const { path, size } = image;
  if (path !== undefined && path !== null && typeof path !== 'string') return 'the path of its image is no text';
  const declared = readSize(size);
  if (declared === false) return `the size of its image is ${JSON.stringify(size)}, not [height, width]`;
  return {
    id,
    path: typeof path === 'string' && path !== '' ? path : `${id}.jpg`,
    size: declared,
    annotations: Array.isArray(annotations) ? annotations : [],
  };
}

/** Undefined for none, and for zeros, which stand for none; false for nonsense. */
function readSize(size: unknown): DatumaroItem['size'] | false {
  if (size === undefined || size === null) return undefined;
  if (!Array.isArray(size) || size.length !== 2) return false;
  const [height, width] = size as [unknown, unknown];
  if (height === 0 || width === 0) return undefined;
  const isSide = (side: unknown): side is number => Number.isSafeInteger(side) && (side as number) > 0;
  return isSide(height) && isSide(width) && { width, height };
}
