import { dataErrors } from '../../errors.js';
import { recordOf } from '../coco/coco-records.js';
import { parseJson } from '../read-json.js';
import { readText } from '../read-text.js';
import { colourOf, type Colour } from './colours.js';
import { labelTable, type Label, type LabelTable } from './label-table.js';

/**
 * Reads `dataset_meta.json`: names in `labels`, then those in `label_map` by number; `segmentation_colors` by the number in `label_map`; `background_label`
 * by that number, too. Every key may be missing.
 */
export async function readDatasetMeta(path: string): Promise<LabelTable> {
  const wrong = (key: string, expected: string) => dataErrors.DATASET_META({ path, key, expected });
  const text = await readText(path);
  const meta = recordOf(parseJson(text, path));
  if (!meta) throw wrong('the file', 'an object');
  const { labels = [], label_map: labelMap = {}, segmentation_colors: listed = [] } = meta;
  const names = listOf(labels);
  const numbered = recordOf(labelMap);
  const colours = listOf(listed)?.map(readColour);
  if (!names?.every(isName)) throw wrong('labels', 'a list of names');
  if (!numbered || !Object.values(numbered).every(isName)) throw wrong('label_map', 'an object of names by number');
  if (!colours || colours.includes(false)) throw wrong('segmentation_colors', 'a list of [r, g, b] in 0 to 255');

  const byName = new Map<string, Label>(names.map((name) => [name, { name, colour: undefined }]));
  for (const key of keysInOrder(numbered, text)) {
    const name = numbered[key] as string;
    byName.set(name, { name, colour: (colours as (Colour | undefined)[])[Number(key)] });
  }
  const all = [...byName.values()];
  const backgroundName = numbered[String(meta['background_label'])];
  const background = all.findIndex(({ name }) => name === backgroundName);
  return labelTable(all, background < 0 ? undefined : background);
}

/** Keys as the file has them: an object lists those that are numbers by size. */
function keysInOrder(record: Readonly<Record<string, unknown>>, text: string): readonly string[] {
  // Within a string a quote has a backslash before it, so that only keys match.
  const marked = JSON.parse(text.replace(/"(\d+)"(?=\s*:)/g, '"#$1"')) as { label_map?: object };
  const keys = Object.keys(marked.label_map ?? {}).map((key) => key.replace(/^#(?=\d+$)/, ''));
  return keys.filter((key) => Object.hasOwn(record, key));
}

function listOf(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** False for what is no colour; undefined for null, which stands for none. */
function readColour(value: unknown): Colour | undefined | false {
  if (value === null) return undefined;
  if (!Array.isArray(value) || value.length !== 3) return false;
  const isByte = (channel: unknown): boolean =>
    Number.isInteger(channel) && (channel as number) >= 0 && (channel as number) < 256;
  return value.every(isByte) && colourOf(...(value as [number, number, number]));
}
