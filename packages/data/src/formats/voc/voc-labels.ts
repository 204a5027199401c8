import { dataErrors } from '../../errors.js';
import { fileWithin } from '../file-within.js';
import { colourOf, VOID_COLOUR, vocColour, type Colour } from '../mask-files/colours.js';
import { labelTable, type Label, type LabelTable } from '../mask-files/label-table.js';
import { readDatasetMeta } from '../mask-files/read-dataset-meta.js';
import { readText } from '../read-text.js';

const usualNames =
  'background aeroplane bicycle bird boat bottle bus car cat chair cow diningtable dog horse motorbike person pottedplant sheep sofa train tvmonitor';

/** Pascal VOC's 20 classes after the background, and "ignored" last. */
const usualLabels: readonly Label[] = [
  ...usualNames.split(' ').map((name, index) => ({ name, colour: vocColour(index) })),
  { name: 'ignored', colour: VOID_COLOUR },
];

/** Labels from `dataset_meta.json`, else from `labelmap.txt`, else Pascal VOC's own. */
export async function readVocLabels(root: string): Promise<LabelTable> {
  const meta = await fileWithin(root, 'dataset_meta.json');
  if (meta !== undefined) return readDatasetMeta(meta);
  const path = await fileWithin(root, 'labelmap.txt');
  return labelTable(path === undefined ? usualLabels : readLabelMap(await readText(path), path));
}

/** Lines of `name:r,g,b:parts:actions`; `#` starts a comment line. The colour may be empty. */
function readLabelMap(text: string, path: string): Label[] {
  const labels = new Map<string, Label>();
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const wrong = (fault: string) => dataErrors.LABEL_MAP({ path, line: index + 1, text: line, fault });
    const [name = '', colourText = '', ...rest] = line.split(':');
    if (rest.length !== 2) throw wrong('has not 4 fields');
    if (name === '') throw wrong('has no name');
    if (labels.has(name)) throw wrong('names a label for the second time');
    const colour = readColour(colourText);
    if (colour === false) throw wrong('has no colour of three numbers from 0 to 255');
    labels.set(name, { name, colour });
  }
  return [...labels.values()];
}

function readColour(text: string): Colour | undefined | false {
  if (text.trim() === '') return undefined;
  const channels = text.split(',').map((channel) => (/^\s*\d{1,3}\s*$/.test(channel) ? Number(channel) : NaN));
  const [red, green, blue] = channels;
  if (channels.length !== 3 || !channels.every((channel) => channel < 256)) return false;
  return colourOf(red!, green!, blue!);
}
