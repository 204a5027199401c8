import { parseXml, XmlElement } from '@rgrove/parse-xml';
import type { SkipReason } from '../dataset-format.js';
import { readText } from '../read-text.js';
import type { LabelTable } from '../mask-files/label-table.js';

/** A box that an annotation file lists, and what becomes of it: boxes have no pixels, so none is used. */
export interface VocObject {
  readonly reason: SkipReason;
  readonly detail: string;
}

/** Longest annotation file that is parsed. */
const MAX_LENGTH = 16 * 1024 * 1024;

/** The objects of `Annotations/<id>.xml`. Document types are refused, so there are no entities to expand. */
export async function readVocObjects(path: string, { names }: LabelTable): Promise<readonly VocObject[]> {
  try {
    const text = await readText(path);
    if (text.length > MAX_LENGTH) return [broken(`${path} is longer than ${MAX_LENGTH} characters`)];
    if (/<!(DOCTYPE|ENTITY)/i.test(text)) return [broken(`${path} has a document type, which is refused`)];
    const { root } = parseXml(text);
    if (root?.name !== 'annotation') return [broken(`${path} has the root ${root?.name ?? '(none)'}, not annotation`)];
    return childrenOf(root, 'object').map((object) => judge(object, names));
  } catch (error) {
    return [broken(`${path}: ${(error as Error).message.split('\n', 1)[0]!}`)];
  }
}

function broken(detail: string): VocObject {
  return { reason: 'invalid annotation record', detail };
}

function judge(object: XmlElement, names: readonly string[]): VocObject {
  const [name] = childrenOf(object, 'name');
  if (!name) return broken('an object has no name');
  const category = name.text.trim();
  if (!names.includes(category)) return { reason: 'unknown category', detail: `name ${JSON.stringify(category)}` };
  const [box] = childrenOf(object, 'bndbox');
  if (!box) return broken(`the ${category} has no bndbox`);
  for (const side of ['xmin', 'ymin', 'xmax', 'ymax']) {
    const text = childrenOf(box, side)[0]?.text.trim() ?? '';
    if (text === '' || !Number.isFinite(Number(text)))
      return broken(`${side} of the ${category} is ${JSON.stringify(text)}`);
  }
  return { reason: 'box without mask', detail: category };
}

function childrenOf(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter((child): child is XmlElement => child instanceof XmlElement && child.name === name);
}
