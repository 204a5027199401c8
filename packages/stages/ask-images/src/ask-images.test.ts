import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runStage } from '@sluice/core/testing';
import { sharpCodec } from '@sluice/data';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askImages } from './ask-images.js';
import type { AskedPrompt, AskImagesOptions } from './options.js';

/** Grey, 40x30. */
const picture = Buffer.from(
  '47494638396128001e00800000808080000000' + '2c0000000028001e000002228c8fa9cbed0fa39cb4da8bb3debcfb0f86e24896e689a6eacab6ee0bc7f24cd7b65200' + '3b', // prettier-ignore
  'hex',
);

let root: string;
let folder: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'sluice-ask-'));
  folder = join(root, 'photos');
  mkdirSync(join(folder, 'inner'), { recursive: true });
  for (const file of ['a.gif', 'inner/ä b.gif', '../outside.gif']) writeFileSync(join(folder, file), picture);
  writeFileSync(join(folder, 'broken.gif'), picture.subarray(0, 5));
  symlinkSync('../outside.gif', join(folder, 'link.gif'));
});
afterAll(() => {
  rmSync(root, { recursive: true });
});

const ask = (options: Partial<AskImagesOptions>) =>
  runStage(askImages, { options, services: { codec: sharpCodec }, inputs: {} });
const askOf = (prompts: AskedPrompt[], file = 'a.gif') => ask({ images: [{ file: join(folder, file), prompts }] });
const written = (content: unknown): string => {
  const path = join(folder, 'prompts.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};

describe('ask-images', () => {
  it('gives each image with its boxes and points as they are, an instance for each, the same in every epoch', async () => {
    const { outputs } = await askOf([
      { box: [4, 5.5, 20, 30], category: 'leaf' },
      { points: [[12.5, 7], [0, 0, 0]] }, // prettier-ignore
      { box: [0, 0, 40, 30], points: [[39, 29, 1]] },
    ]);
    const [prompted] = outputs.prompts;
    expect(outputs.samples).toEqual([prompted!.sample]);
    expect(prompted!.sample).toMatchObject({
      ...{ key: 'test/a.gif', id: 'a.gif', subset: 'test' },
      image: { path: join(folder, 'a.gif'), width: 40, height: 30 },
    });
    expect(prompted!.promptsAt('evaluation')).toEqual([
      { instance: '1', box: [4, 5.5, 20, 30] },
      {
        instance: '2',
        points: [
          { x: 12.5, y: 7, label: 1 },
          { x: 0, y: 0, label: 0 },
        ],
      },
      { instance: '3', box: [0, 0, 40, 30], points: [{ x: 39, y: 29, label: 1 }] },
    ]);
    expect(prompted!.promptsAt(7)).toEqual(prompted!.promptsAt('evaluation'));
    expect(prompted!.sample.instances).toEqual([
      { id: '1', category: 'leaf', mask: { kind: 'polygons', rings: [[4, 5.5, 20, 5.5, 20, 30, 4, 30]] } },
      { id: '2', category: 'object', mask: { kind: 'polygons', rings: [[12, 7, 13, 7, 13, 8, 12, 8]] } },
      { id: '3', category: 'object', mask: { kind: 'polygons', rings: [[0, 0, 40, 0, 40, 30, 0, 30]] } },
    ]);
  });

  it('is another sample where another prompt is given, and the same where the image lies elsewhere', async () => {
    const identityOf = async (prompts: AskedPrompt[], file?: string) =>
      (await askOf(prompts, file)).outputs.prompts[0]!.identity();
    const first = await identityOf([{ points: [[3, 4]] }]);
    expect(await identityOf([{ points: [[3, 4, 1]] }])).toEqual(first);
    expect(await identityOf([{ points: [[3, 4], [5, 6, 0]] }])).not.toEqual(first); // prettier-ignore
  });

  it('counts pixels as the picture is shown, turned by its EXIF orientation', async () => {
    const codec = { ...sharpCodec, size: () => Promise.resolve({ width: 30, height: 40, isTurned: true }) };
    const images = [{ file: join(folder, 'a.gif'), prompts: [{ points: [[39, 29]] }] }];
    const { outputs } = await runStage(askImages, { options: { images }, services: { codec }, inputs: {} });
    expect(outputs.samples[0]!.image).toMatchObject({ width: 40, height: 30 });
  });

  it('takes them from a file, whose images are named from its folder', async () => {
    const file = written({
      images: ['a.gif', './inner/ä b.gif'].map((name) => ({ file: name, prompts: [{ box: [1, 1, 5, 5] }] })),
    });
    const inline = { file: join(root, 'outside.gif'), prompts: [{ points: [[1, 1]] }] };
    const { outputs } = await ask({ file, images: [inline] });
    expect(outputs.prompts.map(({ sample: { id } }) => id)).toEqual(['a.gif', 'inner/ä b.gif', 'outside.gif']);
    expect(outputs.samples[1]!.image.path).toBe(join(folder, 'inner/ä b.gif'));
  });

  it.each<[string, AskedPrompt, string]>([
    ['nothing', {}, 'has neither a box nor a point on the object'],
    ['points beside the object only', { points: [[1, 1, 0]] }, 'has neither a box nor a point on the object'],
    ['an empty box', { box: [5, 5, 5, 9] }, 'has the box 5,5,5,9, which is empty'],
    ['a box from right to left', { box: [9, 5, 5, 9] }, 'which is empty'],
    ['a box out of the image', { box: [5, 5, 41, 9] }, 'leads out of the image: the image is 40x30'],
    ['a point beside the image', { points: [[40, 3]] }, 'has the point 40,3 beside the image: the image is 40x30'],
    ['another label', { points: [[1, 1, 2]] }, 'third number is 2'],
  ])('refuses %s, with the number of the prompt', async (_, prompt, message) => {
    await expect(askOf([{ box: [1, 1, 2, 2] }, prompt])).rejects.toMatchObject({
      code: 'ask-images/BAD_PROMPT',
      message: expect.stringMatching(new RegExp(`^prompt 2 of the image .*a\\.gif .*${message}`)) as string,
    });
  });

  it.each([
    [{ images: [{ file: 'a.gif', prompts: [] }] }, 'ask-images/BAD_FILE', '/images/0/prompts'],
    [{ images: [{ file: 'a.gif', prompts: [{ box: [1, 2, 3] }] }] }, 'ask-images/BAD_FILE', '/images/0/prompts/0/box'],
    [{ images: [{ file: 'a.gif', prompts: [{ boxes: [] }] }] }, 'ask-images/BAD_FILE', '/images/0/prompts/0/boxes'],
    [{ image: 'a.gif' }, 'ask-images/BAD_FILE', '/images'],
    [[], 'ask-images/BAD_FILE', 'it: expected object'],
    ['{"images": [', 'data/JSON_SYNTAX', 'prompts.json:1:13'],
    [{ images: [] }, 'ask-images/NOTHING_ASKED', 'no image'],
  ])('refuses the file %j', async (content, code, message) => {
    await expect(ask({ file: written(content) })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message) as string,
    });
  });

  it.each([
    ['../outside.gif', 'data/FILE_UNREADABLE'],
    ['link.gif', 'data/FILE_UNREADABLE'],
    ['/etc/hostname', 'data/FILE_UNREADABLE'],
    ['gone.gif', 'ask-images/BAD_IMAGE'],
    ['broken.gif', 'ask-images/BAD_IMAGE'],
    ['prompts.json', 'ask-images/BAD_IMAGE'],
  ])('refuses the image %s of a file', async (file, code) => {
    const path = written({ images: [{ file, prompts: [{ points: [[1, 1]] }] }] });
    await expect(ask({ file: path })).rejects.toMatchObject({ code });
  });

  it('refuses an image that comes twice, and no image at all', async () => {
    const image = { file: join(folder, 'a.gif'), prompts: [{ points: [[1, 1]] }] };
    await expect(ask({ images: [image, image] })).rejects.toThrow('a.gif can\'t be asked about: it comes twice'); // prettier-ignore
    await expect(ask({})).rejects.toMatchObject({ code: 'ask-images/NOTHING_ASKED' });
    await expect(ask({ images: [{ ...image, file: join(folder, 'none.gif') }] })).rejects.toThrow('no such file');
  });
});
