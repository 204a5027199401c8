import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createOnnxRuntimeEngine, openImageEncoder, readSafetensors } from '@sluice/models';
import { randomOf } from '@sluice/core';
import { sharedFolder } from '../support/shared.mjs';

/**
 * An embedding from the real encoder, token-major [4096, 256]: the reference photograph's where `../shared/golden` is, else that of a
 * generated picture. Timings depend on neither; gradients are compared on it.
 * @returns {Promise<{ data: Float32Array<ArrayBuffer>, source: string }>}
 */
export async function realEmbedding() {
  const golden = sharedFolder('golden');
  if (golden === undefined) return { data: await encodeGeneratedPicture(), source: 'a generated picture' };
  const { tensors } = readSafetensors(await readFile(join(golden, 'decoder-forward.safetensors')));
  const channelMajor = tensors.get('image_embeddings').data; // [1, 256, 64, 64]
  const data = new Float32Array(channelMajor.length);
  for (let token = 0; token < 4096; token++) {
    for (let channel = 0; channel < 256; channel++) data[token * 256 + channel] = channelMajor[channel * 4096 + token];
  }
  return { data, source: 'the reference photograph' };
}

async function encodeGeneratedPicture() {
  const engine = createOnnxRuntimeEngine({ threads: 2 });
  try {
    const encoder = await openImageEncoder(engine, 'sam-tiny-vit');
    return await encoder.encode(discs(1024));
  } finally {
    await engine.dispose();
  }
}

/**
 * Bright discs on a dark slope, normalised as the encoder expects it: [3, side, side].
 * @param {number} side
 */
function discs(side) {
  const random = randomOf(0, 'bench', 'picture');
  const pixels = new Float32Array(3 * side * side);
  for (let i = 0; i < pixels.length; i++) pixels[i] = -1.5 + (i % side) / side;
  for (let disc = 0; disc < 24; disc++) {
    const [cx, cy, radius] = [random.uniform() * side, random.uniform() * side, 20 + random.uniform() * 80];
    const colour = [random.uniform() * 2, random.uniform() * 2, random.uniform() * 2];
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        if ((x - cx) ** 2 + (y - cy) ** 2 > radius ** 2) continue;
        for (let channel = 0; channel < 3; channel++) pixels[(channel * side + y) * side + x] = colour[channel];
      }
    }
  }
  return pixels;
}
