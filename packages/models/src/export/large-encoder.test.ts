import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, truncateSync } from 'node:fs'; // prettier-ignore
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOnnxRuntimeEngine } from '../engines/onnxruntime/onnx-runtime-engine.js';
import { readOnnxFile } from '../onnx/read-onnx.js';
import { openOnnxEncoder } from '../quantize/gate/onnx-encoder.js';
import { writeHollowCheckpoint } from '../testing/hollow-checkpoint.js';
import { writeTinyCheckpoint } from '../testing/tiny-checkpoint.js';
import { encoderModel, exportEncoder, refuseLargeEncoder } from './export-decoder.js';

describe('an image encoder that one ONNX file does not hold', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-large-'));
  const tiny = join(folder, 'tiny.safetensors');
  const engine = createOnnxRuntimeEngine();
  beforeAll(() => writeTinyCheckpoint(tiny));
  afterAll(async () => {
    await engine.dispose();
    rmSync(folder, { recursive: true });
  });

  async function embeddingOf(path: string): Promise<Float32Array> {
    const encoder = await openOnnxEncoder(engine, path);
    const embedding = await encoder.encode(
      Float32Array.from({ length: 3 * 1024 * 1024 }, (_, i) => Math.sin(i / 1000)),
    );
    await encoder.release();
    return embedding;
  }

  it('is exported with its weights beside it, and encodes to the same bits', async () => {
    const [one, two] = [join(folder, 'one', 'encoder.onnx'), join(folder, 'two', 'encoder.onnx')];
    expect(await exportEncoder(tiny, one)).toEqual([one]);
    expect(await exportEncoder(tiny, two, { mostBytes: 2 ** 20 })).toEqual([two, `${two}.data`]);
    expect(readFileSync(two).length).toBeLessThan(readFileSync(one).length / 2);
    const [wanted, found] = [await embeddingOf(one), await embeddingOf(two)];
    expect(Buffer.from(found.buffer).equals(Buffer.from(wanted.buffer))).toBe(true);
    expect(new Set(found).size).toBeGreaterThan(1e5);
  });

  it('is refused by its shapes where one file is needed, before its weights are read', async () => {
    const large = join(folder, 'large.safetensors');
    writeHollowCheckpoint(large, 2 ** 31 + 4096);
    const refusal = { code: 'models/MODEL_TOO_LARGE', message: expect.stringContaining(large) as string };
    await expect(refuseLargeEncoder(large)).rejects.toMatchObject(refusal);
    await expect(encoderModel(large)).rejects.toMatchObject(refusal);
    await expect(refuseLargeEncoder(tiny)).resolves.toBeUndefined();
    await expect(refuseLargeEncoder('sam-tiny-vit')).resolves.toBeUndefined();
  });

  it('is no ONNX file of more than 2 GiB, which is refused unread', async () => {
    const large = join(folder, 'large.onnx');
    closeSync(openSync(large, 'w'));
    truncateSync(large, 2 ** 31);
    await expect(readOnnxFile(large)).rejects.toMatchObject({
      code: 'models/NOT_ONNX',
      message: expect.stringContaining('2147483648 bytes; a protobuf file has less than 2 GiB') as string,
    });
  });
});
