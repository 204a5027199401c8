import type { ContentStore } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { encodeToStore, type EncodeToStoreOptions } from './encode-to-store.js';

/** A store in memory. */
function memoryStore(): ContentStore & { readonly entries: Map<string, Uint8Array> } {
  const entries = new Map<string, Uint8Array>();
  return {
    entries,
    read: (key) => Promise.resolve(entries.get(key)?.slice()),
    write: (key, content) => {
      entries.set(key, content.slice());
      return Promise.resolve();
    },
    has: (key) => Promise.resolve(entries.has(key)),
  };
}

/** An encoder that adds 0.1 to two pixels, with counts of what was asked for. */
function setUp(changes: Partial<EncodeToStoreOptions> = {}) {
  const counts = { loaded: 0, encoded: 0 };
  const options: EncodeToStoreOptions = {
    encoder: {
      digest: 'encoder-1',
      encode: (pixels) => {
        counts.encoded++;
        return Promise.resolve(pixels.map((pixel) => pixel + 0.1));
      },
    },
    input: {
      digest: 'image-1',
      load: () => {
        counts.loaded++;
        return Promise.resolve(Float32Array.of(1, -2));
      },
    },
    store: memoryStore(),
    precision: 'float32',
    ...changes,
  };
  return { options, counts };
}

describe('encodeToStore', () => {
  it('computes an embedding once, and a second run neither loads pixels nor encodes', async () => {
    const { options, counts } = setUp();
    const first = await encodeToStore(options);
    const second = await encodeToStore(options);
    expect([first.computed, second.computed, second.digest === first.digest]).toEqual([true, false, true]);
    expect(await second.load()).toEqual(Float32Array.of(1.1, -1.9));
    expect(counts).toEqual({ loaded: 1, encoded: 1 });
  });

  it('keeps half precision on two bytes a value', async () => {
    const store = memoryStore();
    const { load, digest } = await encodeToStore(setUp({ precision: 'float16', store }).options);
    expect(store.entries.get(digest)).toHaveLength(4);
    const values = await load();
    expect(values[0]).toBeCloseTo(1.1, 3);
    expect(values[1]).toBeCloseTo(-1.9, 3);
  });

  it('has another key for another image, preprocessing, encoder or precision', async () => {
    const { options } = setUp();
    const changed: EncodeToStoreOptions[] = [
      options,
      { ...options, input: { ...options.input, digest: 'image-2' } },
      { ...options, encoder: { ...options.encoder, digest: 'encoder-2' } },
      { ...options, precision: 'float16' },
    ];
    const keys = await Promise.all(changed.map(async (option) => (await encodeToStore(option)).digest));
    expect(new Set(keys).size).toBe(4);
    for (const key of keys) expect(key).toMatch(/^[0-9a-f]{64}$/);
  });

  it('computes an embedding again that was removed before it was loaded', async () => {
    const store = memoryStore();
    const { options, counts } = setUp({ store });
    const { load, digest } = await encodeToStore(options);
    store.entries.clear();
    expect(await load()).toEqual(Float32Array.of(1.1, -1.9));
    expect(store.entries.has(digest)).toBe(true);
    expect(counts.encoded).toBe(2);
  });

  it('leaves nothing in the store when encoding fails', async () => {
    const store = memoryStore();
    const { options } = setUp({ store });
    const broken = { ...options, input: { ...options.input, load: () => Promise.reject(new Error('unreadable')) } };
    await expect(encodeToStore(broken)).rejects.toThrow('unreadable');
    expect(store.entries.size).toBe(0);
  });
});
