import { dataErrors } from '../../errors.js';

/** The parts of an annotation file that are read; records are checked one by one, where they are used. */
export interface CocoDocument {
  readonly images: readonly unknown[];
  readonly annotations: readonly unknown[];
  /** Category names by id. */
  readonly categories: ReadonlyMap<string, string>;
}

/** Identifies images, annotations and categories; numbers in the format, but strings are common. */
export type CocoId = string;

export interface CocoImage {
  readonly id: CocoId;
  readonly fileName: string;
  /** Undefined where the file declares none: then the image file's own header counts. */
  readonly size: { readonly width: number; readonly height: number } | undefined;
}

export function readCocoDocument(json: unknown, path: string): CocoDocument {
  const document = recordOf(json);
  const list = (key: string): readonly unknown[] => {
    const value = document?.[key];
    if (!Array.isArray(value)) throw dataErrors.COCO_STRUCTURE({ path, key });
    return value as readonly unknown[];
  };
  const categories = new Map<CocoId, string>();
  const names = new Set<string>();
  for (const value of list('categories')) {
    const record = recordOf(value);
    const id = idOf(record?.['id']);
    const name = record?.['name'];
    if (id === undefined || typeof name !== 'string' || categories.has(id)) continue;
    if (names.has(name)) throw dataErrors.CATEGORY_TWICE({ path, name });
    categories.set(id, name);
    names.add(name);
  }
  return { images: list('images'), annotations: list('annotations'), categories };
}

/** Category names by rising id. */
export function categoryNames({ categories }: Pick<CocoDocument, 'categories'>): readonly string[] {
  return [...categories].sort(([a], [b]) => Number(a) - Number(b) || (a < b ? -1 : 1)).map(([, name]) => name);
}

/** An entry of `images`, or what is wrong with it. */
export function readCocoImage(value: unknown): CocoImage | string {
  const record = recordOf(value);
  if (!record) return 'it is not an object';
  const id = idOf(record['id']);
  if (id === undefined) return 'it has no id';
  const fileName = record['file_name'];
  if (typeof fileName !== 'string' || fileName === '') return 'it has no file_name';
  const { width = 0, height = 0 } = record;
  if (width === 0 || height === 0 || width === null || height === null) return { id, fileName, size: undefined };
  if (!isSide(width) || !isSide(height)) return `its width and height are ${JSON.stringify([width, height])}`;
  return { id, fileName, size: { width, height } };
}

export function recordOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

export function idOf(value: unknown): CocoId | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isSide(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}
