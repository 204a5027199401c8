import { expect, it } from 'vitest';
import { peakMemory } from './peak-memory.js';

it('says why where a file is no model', async () => {
  await expect(peakMemory(Buffer.from('no model'), 1, new AbortController().signal)).rejects.toThrow(
    /onnx|protobuf|model/i,
  );
});

it('ends with the run', async () => {
  const run = new AbortController();
  const measured = peakMemory(Buffer.from('no model'), 1, run.signal);
  run.abort();
  await expect(measured).rejects.toThrow('abort');
});
