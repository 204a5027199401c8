import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadSamWeights } from './load-sam-weights.js';
import { openCheckpoint } from './open-checkpoint.js';
import { readWeights } from './read-weights.js';

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
