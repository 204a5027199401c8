import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openContentStore } from '@sluice/core';
import { runStage, type StageTest } from '@sluice/core/testing';
import type { PromptedSample } from '@sluice/data';
import { createOnnxRuntimeEngine, encoderFile, readOnnxFile, type TensorEngine } from '@sluice/models';
import { writeHollowCheckpoint } from '@sluice/models/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { QuantizeOptions } from './options.js';
import type { EncodeCosts, QuantizationRecord } from './quantization-record.js';
import { quantize } from './quantize.js';
import { tinyData, type TinyData } from './testing/tiny-images.js';

const keys = ['train/c', 'train/a', 'train/b', 'val/a', 'test/a'];

let folder: string;
let engine: TensorEngine;
let data: TinyData;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-quantize-'));
  engine = createOnnxRuntimeEngine({ threads: 2 });
  data = await tinyData(folder, engine, keys);
}, 60_000);
afterAll(async () => {
  await engine.dispose();
  rmSync(folder, { recursive: true });
});

interface Given {
  readonly cache?: string;
  readonly run?: string;
  readonly only?: (key: string) => boolean;
  readonly prompts?: readonly PromptedSample[];
  readonly signal?: AbortSignal;
}

const stageTest = (options: Partial<QuantizeOptions>, given: Given = {}) => {
  const { cache = 'cache', run, only = () => true, prompts = data.prompts, signal } = given;
  return {
    options: { samples: 2, ...options },
    services: { engine, store: openContentStore(join(folder, cache)) },
    inputs: {
      model: [data.checkpoint],
      images: data.images.filter(({ key }) => only(key)),
      prompts: prompts.filter(({ sample }) => only(sample.key)),
    },
    ...(run !== undefined && { folder: join(folder, run) }),
    ...(signal && { signal }),
  } satisfies StageTest<object, object, object, object>;
};

async function quantized(options: Partial<QuantizeOptions>, given?: Given) {
  const { outputs, events, run } = await runStage(quantize, stageTest(options, given));
  const file = (name: string) => readFileSync(join(run.root, 'quantized', name));
  const record = JSON.parse(file('quantize.json').toString()) as QuantizationRecord & EncodeCosts;
  const counted = events.flatMap((event) => (event.type === 'counted' ? [event.what] : []));
  const rows = events.flatMap((event) => (event.type === 'metric' ? [event] : []));
  return { artifact: outputs.model[0]!, record, file, counted, rows };
}

const metadataOf = async (path: string) => {
  const { metadataProps = [] } = await readOnnxFile(path);
  return Object.fromEntries(metadataProps.map(({ key, value }) => [key, value]));
};

describe('quantize', () => {
  it('quantizes everything where the gate holds, and says what that costs', async () => {
    const { artifact, record, file, counted, rows } = await quantized({ 'max-f1-drop': 1 }, { run: 'held' });
    expect(record.gate).toMatchObject({ subset: 'val', max_f1_drop: 1, f1_float: 1, holds: true });
    expect(record.encoder.trials).toEqual([{ float: 0, f1: record.gate.f1_quantized }]);
    expect(record.encoder.groups.every(({ precision }) => precision === 'int8')).toBe(true);
    expect(record.calibration.images).toHaveLength(2);
    expect(record.calibration.images.every((key) => key.startsWith('train/'))).toBe(true);
    expect(counted).toEqual(['models quantized']);
    expect(rows.map(({ scope, values }) => [scope, values['subset'], values['model'], values['f1']])).toEqual([
      ['final', 'val', 'float', 1],
      ['final', 'val', 'INT8', record.gate.f1_quantized],
      ['final', 'test', 'float', 1],
      ['final', 'test', 'INT8', record.scores.test!.quantized.scores.f1],
    ]);
    expect(rows.every(({ timing }) => Number(timing?.['encode_ms']) > 0)).toBe(true);
    // More than the runtime alone, less than what a machine has.
    expect(record.peak_rss_mb?.float).toBeGreaterThan(50);
    expect(record.peak_rss_mb?.quantized).toBeLessThan(4000);
    const page = file('quantize.html').toString();
    expect(page).toContain(`<td>${record.peak_rss_mb!.quantized.toFixed(1)}</td>`);
    expect(page).not.toContain('error alone in INT8');
    expect(artifact).toMatchObject({ model: data.checkpoint.model, checkpoint: data.checkpoint });
    const described = {
      'sluice.model': data.checkpoint.model,
      'sluice.image_size': '1024',
      'sluice.pixel_mean': '123.675,116.28,103.53',
      'sluice.calibration_digest': record.calibration.digest,
      'sluice.calibration_images': '2',
      'sluice.f1_float': '1',
      'sluice.f1_quantized': String(record.gate.f1_quantized),
    };
    expect(await metadataOf(artifact.encoder)).toMatchObject({ ...described, 'sluice.precision': 'int8' });
    const decoder = { ...described, 'sluice.precision': 'float32', 'sluice.mask_token': '0', 'sluice.epoch': '2' };
    expect(await metadataOf(artifact.decoder)).toMatchObject(decoder);
    expect(readdirSync(join(folder, 'held/quantized')).sort()).toEqual(names);
  });

  it('gives the same bytes again without work, whatever order images come in', async () => {
    const before = await quantized({ 'max-f1-drop': 1 }, { run: 'first' });
    const loads = data.loads();
    const reversed = { ...data, images: [...data.images].reverse() };
    const { outputs, events } = await runStage(quantize, {
      ...stageTest({ 'max-f1-drop': 1 }, { run: 'second' }),
      inputs: { model: [data.checkpoint], images: reversed.images, prompts: data.prompts },
    });
    expect(outputs.model).toHaveLength(1);
    expect(data.loads()).toBe(loads);
    expect(events).toContainEqual({ type: 'counted', what: 'quantized models from the cache', count: 1 });
    for (const name of names)
      expect(before.file(name).equals(readFileSync(join(folder, 'second/quantized', name))), name).toBe(true);
  });

  it('returns the worst parts to float where the gate does not hold', async () => {
    const { gate } = (await quantized({ 'max-f1-drop': 1 })).record;
    expect(gate.f1_quantized).toBeLessThan(1);
    const { record } = await quantized({ 'max-f1-drop': 0.6 * (1 - gate.f1_quantized) });
    const { groups, trials } = record.encoder;
    expect(record.gate.holds).toBe(true);
    expect(record.gate.f1_quantized).toBeGreaterThanOrEqual(1 - record.gate.max_f1_drop);
    const errors = groups.map(({ error }) => error!);
    expect(errors).toEqual([...errors].sort((a, b) => b - a));
    const inFloat = groups.filter(({ precision }) => precision === 'float');
    expect(inFloat.length).toBeGreaterThan(0);
    expect(groups.slice(0, inFloat.length)).toEqual(inFloat);
    expect(trials).toContainEqual({ float: inFloat.length, f1: record.gate.f1_quantized });
  });

  it('fails where it cannot hold, says why, and leaves the float model', async () => {
    const test = stageTest({ 'max-f1-drop': 0 }, { run: 'refused' });
    await expect(runStage(quantize, test)).rejects.toMatchObject({
      code: 'quantize/GATE_NOT_HELD',
      message: expect.stringMatching(
        /F1 is 1\.0000 in float and 0\.\d{4} in INT8, and still .+ where 1\.0000 is allowed/,
      ) as string,
    });
    const left = join(folder, 'refused/quantized');
    const record = JSON.parse(readFileSync(join(left, 'quantize.json'), 'utf8')) as QuantizationRecord;
    expect(record.gate.holds).toBe(false);
    expect(readFileSync(join(left, 'encoder.onnx')).equals(await encoderFile(data.checkpoint.model))).toBe(true);
    expect(await metadataOf(join(left, 'decoder.onnx'))).not.toHaveProperty('sluice.f1_quantized');
    const page = readFileSync(join(left, 'quantize.html'), 'utf8');
    expect(page).toContain('The gate does not hold');
    expect(page).toContain('error alone in INT8');
    const loads = data.loads();
    await expect(runStage(quantize, test)).rejects.toMatchObject({ code: 'quantize/GATE_NOT_HELD' });
    expect(data.loads()).toBe(loads);
  });

  it('stores the weights of the decoder in half precision where that is asked for', async () => {
    const { artifact, record } = await quantized({ 'max-f1-drop': 1, decoder: 'float16-weights' });
    expect(record.decoder.precision).toBe('float16-weights');
    expect(record.decoder.bytes.quantized).toBeLessThan(0.55 * record.decoder.bytes.float);
    expect(await metadataOf(artifact.decoder)).toMatchObject({ 'sluice.precision': 'float16-weights' });
  });

  it('quantizes the decoder where that is asked for, behind the same gate', async () => {
    const { artifact, record } = await quantized({ 'max-f1-drop': 1, decoder: 'int8' });
    expect(record.decoder.precision).toBe('int8');
    expect(record.decoder.groups.length).toBeGreaterThan(40);
    expect(record.decoder.bytes.quantized).toBeLessThan(0.35 * record.decoder.bytes.float);
    expect(record.decoder.trials).toEqual([{ float: 0, f1: record.gate.f1_quantized }]);
    expect(record.gate.f1_quantized).toBeLessThan(1);
    expect(await metadataOf(artifact.decoder)).toMatchObject({ 'sluice.precision': 'int8', 'sluice.mask_token': '0' });
  });

  it('leaves no file behind when it is interrupted, and then ends as if it had not been', async () => {
    const whole = await quantized({ 'max-f1-drop': 1 });
    const controller = new AbortController();
    const interrupted = stageTest({ 'max-f1-drop': 1 }, { cache: 'cut', run: 'cut', signal: controller.signal });
    const images = data.images.map((each) => ({
      ...each,
      load: () => {
        if (each.subset === 'val') controller.abort(new Error('interrupted'));
        return each.load();
      },
    }));
    const cut = runStage(quantize, { ...interrupted, inputs: { ...interrupted.inputs, images } });
    await expect(cut).rejects.toThrow('interrupted');
    expect(existsSync(join(folder, 'cut/quantized'))).toBe(false);
    const { file } = await quantized({ 'max-f1-drop': 1 }, { cache: 'cut', run: 'cut' });
    for (const name of ['encoder.onnx', 'decoder.onnx']) expect(file(name).equals(whole.file(name)), name).toBe(true);
  });

  it.each([
    ['quantize/NO_CALIBRATION_IMAGES', { only: (key: string) => !key.startsWith('train/') }],
    ['quantize/NO_VALIDATION_IMAGES', { only: (key: string) => !key.startsWith('val/') }],
  ])('says %s where there are none', async (code, given) => {
    await expect(runStage(quantize, stageTest({}, given))).rejects.toMatchObject({ code });
  });

  it('goes without test images where the dataset has none', async () => {
    const { record, rows } = await quantized({ 'max-f1-drop': 1 }, { only: (key) => !key.startsWith('test/') });
    expect(record.scores).not.toHaveProperty('test');
    expect(rows).toHaveLength(2);
  });

  it('refuses an image without prompts', async () => {
    const lacking = stageTest({}, { prompts: data.prompts.slice(1) });
    await expect(runStage(quantize, lacking)).rejects.toMatchObject({
      code: 'quantize/IMAGE_UNPAIRED',
      message: expect.stringContaining('"train/c" came without prompts') as string,
    });
  });

  it('refuses a model whose encoder one ONNX file does not hold, before any work', async () => {
    const large = join(folder, 'large.safetensors');
    writeHollowCheckpoint(large, 2 ** 31 + 4096);
    const loads = data.loads();
    const test = stageTest({});
    const model = [{ ...data.checkpoint, model: large }];
    await expect(runStage(quantize, { ...test, inputs: { ...test.inputs, model } })).rejects.toMatchObject({
      code: 'models/MODEL_TOO_LARGE',
      message: expect.stringContaining('quantization') as string,
    });
    expect(data.loads()).toBe(loads);
  });

  it.each([
    { samples: 0 },
    { samples: 1.5 },
    { 'max-f1-drop': -0.1 },
    { 'max-f1-drop': 2 },
    { calibrator: 'entropy' },
    { decoder: 'int4' },
    { folder: '../elsewhere' },
    { threshold: 1 },
  ])('refuses the options %j', async (options) => {
    const test = { ...stageTest({}), options: options as Partial<QuantizeOptions> };
    await expect(runStage(quantize, test)).rejects.toMatchObject({ code: 'core/BAD_OPTIONS' });
  });
});

const names = ['decoder.onnx', 'encoder.onnx', 'quantize.html', 'quantize.json'];
