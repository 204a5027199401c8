import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeDatasetFolders, readLines, type DatasetFolders, type Files } from '../dataset-folder.test.support.js';
import { vocFiles, whole } from './voc-files.test.support.js';
import { vocInstance, vocSemantic } from './voc.js';

let made: DatasetFolders;
let files: Files;
beforeAll(async () => {
  made = await makeDatasetFolders();
  files = await vocFiles();
});
afterAll(() => made.remove());

const lines = async (more: Files = {}): Promise<string[]> =>
  readLines(vocInstance, await made.put({ ...files, ...more }));

describe('boxes in an annotation file are counted, not used:', () => {
  const annotation = (inner: string) => `<annotation>${inner}</annotation>`;
  const box = '<bndbox><xmin>1</xmin><ymin>2</ymin><xmax>3</xmax><ymax>4</ymax></bndbox>';
  const bomb = `<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>${annotation('&b;')}`;
  it.each<[string, string | Uint8Array, string[]]>([
    ['a box', annotation(`<object><name> cat </name>${box}</object>`), ['box without mask']],
    ['two', annotation(`<object><name>cat</name>${box}</object>`.repeat(2)), ['box without mask', 'box without mask']],
    ['none', annotation(''), []],
    ['unknown name', annotation(`<object><name>unicorn</name>${box}</object>`), ['unknown category']],
    ['no name', annotation(`<object>${box}</object>`), ['invalid annotation record']],
    ['no box', annotation('<object><name>cat</name></object>'), ['invalid annotation record']],
    [
      'a word for a number',
      annotation(`<object><name>cat</name>${box.replace('3', 'x')}</object>`),
      ['invalid annotation record'],
    ],
    ['NaN', annotation(`<object><name>cat</name>${box.replace('3', 'NaN')}</object>`), ['invalid annotation record']],
    ['cut short', '<annotation><object>', ['invalid annotation record']],
    ['another root', '<html/>', ['invalid annotation record']],
    ['empty', '', ['invalid annotation record']],
    ['no text', Uint8Array.of(0xff, 0xfe), ['invalid annotation record']],
    ['billion laughs', bomb, ['invalid annotation record']],
    [
      'external entity',
      `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>${annotation('&x;')}`,
      ['invalid annotation record'],
    ],
    ['unknown entity', annotation('&x;'), ['invalid annotation record']],
    ['depth', '<a>'.repeat(200_000), ['invalid annotation record']],
  ])('%s', async (_, xml, reasons) => {
    expect(await lines({ 'Annotations/a.xml': xml })).toEqual([
      ...reasons.map((reason) => `annotation: ${reason}`),
      whole,
    ]);
  });

  it('and not for voc-semantic', async () => {
    const root = await made.put({ ...files, 'Annotations/a.xml': 'broken' });
    expect(await readLines(vocSemantic, root)).not.toContain('annotation: invalid annotation record');
  });
});
