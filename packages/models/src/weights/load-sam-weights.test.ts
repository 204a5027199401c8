import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OnnxModel } from '../onnx/onnx-schema.js';
import { readOnnxFile } from '../onnx/read-onnx.js';
import { resolveModelFile } from '../zoo/resolve-model-file.js';
import { loadSamWeights, readSamWeights, writeSamWeights } from './load-sam-weights.js';
import { readSafetensors, weightsOf, writeSafetensors } from './safetensors.js';
import type { Weights } from './weights.js';

const golden = new URL('../../../../../shared/golden/decoder-train.safetensors', import.meta.url);

describe("SAM's decoder weights", () => {
  let weights: Weights;
  let path: string;
  const open = (): Promise<OnnxModel> => readOnnxFile(path);
  beforeAll(async () => {
    weights = await loadSamWeights('sam-tiny-vit');
    path = await resolveModelFile('sam-tiny-vit', 'decoder');
  });

  it("are all 137 tensors of the checkpoint, in the checkpoint's shapes", () => {
    expect(weights.size).toBe(137);
    expect([...weights.keys()].filter((name) => name.startsWith('mask_decoder.'))).toHaveLength(120);
    const shapes: [string, number[]][] = [
      ['mask_decoder.iou_token.weight', [1, 256]],
      ['mask_decoder.mask_tokens.weight', [4, 256]],
      ['mask_decoder.transformer.layers.1.mlp.lin1.weight', [2048, 256]],
      ['mask_decoder.transformer.final_attn_token_to_image.q_proj.weight', [128, 256]],
      ['mask_decoder.output_upscaling.1.bias', [64]],
      ['prompt_encoder.mask_downscaling.4.weight', [16]],
      ['prompt_encoder.no_mask_embed.weight', [1, 256]],
      ['prompt_encoder.pe_layer.positional_encoding_gaussian_matrix', [2, 128]],
    ];
    for (const [name, shape] of shapes) expect([name, weights.get(name)?.shape]).toEqual([name, shape]);
  });

  it('are read back as they were written, every one of them', async () => {
    const changed: Weights = new Map(
      [...weights].map(([name, { shape, data }], i) => [
        name,
        { shape, data: data.map((value, j) => value + i + j / 7) },
      ]),
    );
    const model = await open();
    writeSamWeights(model, changed, path);
    const again = readSamWeights(model, path);
    for (const [name, { data }] of changed) {
      expect([name, Buffer.from(data.buffer).equals(Buffer.from(again.get(name)!.data.buffer))]).toEqual([name, true]);
    }
  });

  it('are refused when one is missing, has another shape, or is of another model', async () => {
    const model = await open();
    const name = 'mask_decoder.iou_token.weight';
    const without = new Map([...weights].filter(([key]) => key !== name));
    expect(() => {
      writeSamWeights(model, without, path);
    }).toThrow(`weight "${name}" can't be used: it is missing`);
    expect(() => {
      writeSamWeights(model, new Map([...weights, [name, { shape: [256], data: new Float32Array(256) }]]), path);
    }).toThrow('expected shape [1, 256], got [256]');
    const extra = { shape: [1], data: new Float32Array(1) };
    expect(() => {
      writeSamWeights(model, new Map([...weights, ['mask_decoder.hq_token.weight', extra]]), path);
    }).toThrow(expect.objectContaining({ code: 'models/BAD_WEIGHTS' }));
  });

  it('are refused when an initializer of the file is unknown', async () => {
    const model = await open();
    model.graph.initializer[110]!.name = 'renamed';
    expect(() => readSamWeights(model, 'x.onnx')).toThrow(
      `x.onnx can't be used: its initializer "renamed", used by no node, is no known weight of SAM's decoder`,
    );
  });

  it.skipIf(!existsSync(golden))('have the names and shapes of the reference training (needs ../shared)', () => {
    const { tensors } = readSafetensors(readFileSync(golden));
    const after = new Map([...tensors].filter(([name]) => name.startsWith('low.sam.after6.')));
    expect(after.size).toBeGreaterThan(50);
    for (const [name, { shape, data }] of weightsOf({ metadata: {}, tensors: after })) {
      const ours = weights.get(name.replace('low.sam.after6.', 'mask_decoder.'));
      expect([name, ours?.shape]).toEqual([name, shape]);
      const moved = Math.max(...data.map((value, i) => Math.abs(value - ours!.data[i]!)));
      expect([name, moved < 1e-3]).toEqual([name, true]); // six Adam steps of at most 1e-4 each
    }
  });

  describe('of a file', () => {
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'sam-weights-'));
    });
    afterAll(() => rm(folder, { recursive: true }));
    const save = async (changed: Weights): Promise<string> => {
      const file = join(folder, 'sam.bin');
      await writeFile(file, writeSafetensors(changed));
      return file;
    };

    const expectSame = (loaded: Weights): void => {
      expect(loaded.size).toBe(weights.size);
      for (const [name, { shape, data }] of weights) {
        const same = Buffer.from(data.buffer).equals(Buffer.from(loaded.get(name)!.data.buffer));
        expect([name, loaded.get(name)?.shape, same]).toEqual([name, shape, true]);
      }
    };

    it('are found under a prefix and beside an image encoder, with a word about it', async () => {
      const encoder = { shape: [1], data: new Float32Array(1) };
      const prefixed = [...weights, ['image_encoder.pos_embed', encoder] as const].map(
        ([name, value]) => [`module.${name}`, value] as const,
      );
      const notes: string[] = [];
      const file = await save(new Map(prefixed));
      const loaded = await loadSamWeights(file, (note) => notes.push(note));
      expectSame(loaded);
      expect(notes).toEqual([`${file}: the prefix "module." of all 138 names was left away`]);
    });

    it("are those of the zoo's model when the file is its ONNX decoder", async () => {
      expectSame(await loadSamWeights(path));
    });

    it('are refused with a list of all that is missing, unexpected or of another shape', async () => {
      const changed = new Map(weights);
      changed.delete('mask_decoder.iou_token.weight');
      changed.set('mask_decoder.hq_token.weight', { shape: [1, 256], data: new Float32Array(256) });
      changed.set('mask_decoder.mask_tokens.weight', { shape: [5, 256], data: new Float32Array(5 * 256) });
      const file = await save(changed);
      await expect(loadSamWeights(file)).rejects.toMatchObject({
        code: 'models/WEIGHTS_MISMATCH',
        message:
          `${file} does not hold the tensors of SAM's prompt encoder and mask decoder: missing 1: mask_decoder.iou_token.weight [1, 256]; ` +
          'unexpected 1: mask_decoder.hq_token.weight [1, 256]; ' +
          'in another shape 1: mask_decoder.mask_tokens.weight [5, 256] for [4, 256]. ' +
          'Take a checkpoint of SAM or MobileSAM, saved under their parameter names',
      });
      const none = await save(new Map([['fc.weight', { shape: [1], data: new Float32Array(1) }]]));
      await expect(loadSamWeights(none)).rejects.toThrow(/missing 137: .* and 132 more/);
    });
  });
});
