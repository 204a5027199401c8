import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadSamWeights } from './load-sam-weights.js';
import { openCheckpoint } from './open-checkpoint.js';
import { readWeights } from './read-weights.js';
import { writeSafetensors } from './safetensors.js';
import { zipLayout } from './torch/torch-save.test.support.js';
import { refusalOf, withFile } from './with-file.test.support.js';

const shared = fileURLToPath(new URL('../../../../../shared/', import.meta.url));

describe('a checkpoint of PyTorch', () => {
  it.skipIf(!existsSync(shared))('of MobileSAM holds the weights of the ONNX decoder (needs ../shared)', async () => {
    const file = await openCheckpoint(`${shared}weights/mobile_sam.pt`);
    try {
      expect(file.tensors.size).toBe(439);
      const weights = await readWeights(file, (name) => /^(mask_decoder|prompt_encoder)\./.test(name));
      const decoder = await loadSamWeights('sam-tiny-vit');
      expect([...weights.keys()].sort()).toEqual([...decoder.keys()].sort());
      for (const [name, { shape, data }] of decoder) {
        const ours = weights.get(name)!;
        expect([name, ours.shape]).toEqual([name, shape]);
        expect([name, Buffer.from(ours.data.buffer).equals(Buffer.from(data.buffer))]).toEqual([name, true]);
      }
    } finally {
      await file.close();
    }
  });

  it.skipIf(!existsSync(shared))('is read by ranges: one tensor costs its own bytes (needs ../shared)', async () => {
    const file = await openCheckpoint(`${shared}golden/vit-small.pth`);
    try {
      const before = file.bytesRead();
      expect(before).toBeLessThan(150_000); // of 3.3 MB: the directory and the names
      const { shape, data } = await file.read('image_encoder.patch_embed.proj.weight');
      expect(shape).toEqual([64, 3, 16, 16]);
      expect(file.bytesRead() - before).toBeLessThan(data.byteLength + 1000);
    } finally {
      await file.close();
    }
  });
});

describe('the format of a checkpoint', () => {
  const weights = new Map([['a', { shape: [2], data: Float32Array.of(1, 2) }]]);

  it('is told by the content, whatever the name is', async () => {
    await withFile(writeSafetensors(weights), async (file) => {
      expect(file.format).toBe('safetensors');
      expect(await readWeights(file)).toEqual(weights);
    });
  });

  it('safetensors is read by ranges', async () => {
    const many = new Map(
      Array.from({ length: 50 }, (_, i) => [`t${String(i)}`, { shape: [1000], data: new Float32Array(1000).fill(i) }]),
    );
    await withFile(writeSafetensors(many), async (file) => {
      const before = file.bytesRead();
      expect(before).toBeLessThan(10_000);
      expect((await file.read('t30')).data[999]).toBe(30);
      expect(file.bytesRead() - before).toBe(4000);
    });
  });

  it.each<[string, string | Uint8Array, string, string]>([
    ['is empty', '', 'BAD_CHECKPOINT', 'it is empty'],
    ['is a web page', '<!DOCTYPE html><html>404</html>', 'BAD_CHECKPOINT', 'the download failed'],
    ['is a pointer', 'version https://git-lfs.github.com/spec/v1', 'BAD_CHECKPOINT', 'git lfs pull'],
    ['is text', 'hello, checkpoint', 'BAD_CHECKPOINT', 'neither a zip'],
    ['is a tar', `${'x'.repeat(257)}ustar`, 'BAD_CHECKPOINT', 'tar layout'],
    ['is a pickle of protocol 0 that would run', "cos\nsystem\n(S'true'\ntR.", 'BAD_CHECKPOINT', 'neither a zip'],
    ['is a zip of something else', 'PK\u0003\u0004nothing at all', 'BAD_CHECKPOINT', 'zip directory is damaged'],
    ['is safetensors cut off', writeSafetensors(weights).slice(0, -1), 'BAD_SAFETENSORS', 'truncated'],
  ])('is refused when the file %s', async (_, content, code, problem) => {
    const error = await refusalOf(typeof content === 'string' ? Buffer.from(content) : content);
    expect(error).toMatchObject({ code: `models/${code}`, message: expect.stringContaining(problem) as string });
  });

  it('is asked of files only', async () => {
    await expect(openCheckpoint(tmpdir())).rejects.toMatchObject({ code: 'models/BAD_CHECKPOINT' });
    await expect(openCheckpoint('/nowhere/x.pt')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('may have integers and float64: integers are no weights', async () => {
    await withFile(zipLayout, async (file) => {
      const weights = await readWeights(file, (name) => /^(f64|bf16|i64|bool)$/.test(name));
      expect([...weights.keys()]).toEqual(['f64', 'bf16']);
      expect(weights.get('f64')?.data).toEqual(Float32Array.of(-2, -1, 0, 1, 2, 3));
    });
  });
});
