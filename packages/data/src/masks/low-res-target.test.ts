import fc from 'fast-check';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { frameOf } from '../images/frame.js';
import { emptyMask, maskArea, type BitMask } from './bit-mask.js';
import { lowResTarget } from './low-res-target.js';

describe('lowResTarget', () => {
  const golden = new URL('../../../../../shared/golden/decoder-train.safetensors', import.meta.url);
  it.skipIf(!existsSync(golden))('equals PyTorch’s targets in every pixel (needs ../shared)', () => {
    const boxes = [
      [270, 620, 1490, 1040],
      [670, 440, 1570, 1195],
      [1960, 780, 2200, 1200],
    ] as const;
    const targets = boxes.map((box) => lowResTarget(ellipse(2241, 1500, box), frameOf(2241, 1500)));
    const expected = readBytes(golden, 'gt_low_res');
    const differing = targets.map((target, i) =>
      target.reduce((count, bit, j) => count + (bit === expected[i * 65536 + j] ? 0 : 1), 0),
    );
    expect(differing).toEqual([0, 0, 0]);
  });

  it('averages whole pixels twice, as told step by step', () => {
    const sizes = fc.record({ width: fc.integer({ min: 1, max: 40 }), height: fc.integer({ min: 1, max: 40 }) });
    const arbitrary = sizes.chain(({ width, height }) =>
      fc
        .array(fc.nat({ max: 1 }), { minLength: width * height, maxLength: width * height })
        .map((bits): BitMask => ({ width, height, data: Uint8Array.from(bits) })),
    );
    fc.assert(
      fc.property(arbitrary, (mask) => {
        const frame = frameOf(mask.width, mask.height, 32);
        const resized = averagePool(Float64Array.from(mask.data), mask.width, mask.height, frame.width, frame.height);
        const padded = new Float64Array(32 * 32);
        for (let y = 0; y < frame.height; y++) {
          padded.set(resized.subarray(y * frame.width, (y + 1) * frame.width), y * 32);
        }
        const shares = averagePool(padded, 32, 32, 8, 8);
        const actual = lowResTarget(mask, frame, 8);
        const most = Math.max(...shares);
        const least = most >= 0.5 - 1e-9 ? 0.5 : most / 2;
        shares.forEach((share, i) => {
          if (Math.abs(share - least) > 1e-9) expect(actual[i]).toBe(share > least ? 1 : 0);
        });
      }),
    );
  });

  it('never loses an object, however small or thin', () => {
    const size = fc.record({ width: fc.integer({ min: 300, max: 900 }), height: fc.integer({ min: 300, max: 900 }) });
    const line = size.chain(({ width, height }) => {
      const x = fc.nat({ max: width - 1 });
      const y = fc.nat({ max: height - 1 });
      return fc.record({ width: fc.constant(width), height: fc.constant(height), x, y, length: fc.nat({ max: 60 }) });
    });
    fc.assert(
      fc.property(line, ({ width, height, x, y, length }) => {
        const mask = emptyMask(width, height);
        for (let i = 0; i <= length && x + i < width && y + i < height; i++) mask.data[(y + i) * width + x + i] = 1;
        const frame = frameOf(width, height);
        const target = lowResTarget(mask, frame);
        const set = [...target].flatMap((bit, i) => (bit ? [[i % 256, Math.floor(i / 256)] as const] : []));
        expect(set.length).toBeGreaterThan(0);
        const scale = frame.width / width / 4;
        for (const [column, row] of set) {
          expect(column).toBeGreaterThan(x * scale - 2);
          expect(row).toBeGreaterThan(y * scale - 2);
          expect(column).toBeLessThan((x + length) * scale + 2);
          expect(row).toBeLessThan((y + length) * scale + 2);
        }
      }),
      { numRuns: 50 },
    );
    const dot = emptyMask(2000, 1000);
    dot.data[500 * 2000 + 1000] = 1;
    expect(maskArea({ width: 256, height: 256, data: lowResTarget(dot, frameOf(2000, 1000)) })).toBe(1);
  });

  it('counts exactly half as set', () => {
    const mask = emptyMask(16, 16);
    for (let i = 0; i < 256; i++) mask.data[i] = (i % 16) % 2;
    expect(lowResTarget(mask, frameOf(16, 16, 16), 8)).toEqual(new Uint8Array(64).fill(1));
  });

  it('fills the covered part alone for a full mask, and nothing for an empty one', () => {
    const frame = frameOf(200, 100);
    const full: BitMask = { width: 200, height: 100, data: new Uint8Array(20000).fill(1) };
    const target = lowResTarget(full, frame);
    expect(maskArea({ width: 256, height: 256, data: target })).toBe(256 * 128);
    expect(target.lastIndexOf(1)).toBe(256 * 128 - 1);
    expect(lowResTarget(emptyMask(200, 100), frame)).toEqual(new Uint8Array(65536));
  });
});

function ellipse(width: number, height: number, [x0, y0, x1, y1]: readonly [number, number, number, number]): BitMask {
  const mask = emptyMask(width, height);
  const [cx, cy, rx, ry] = [(x0 + x1) / 2, (y0 + y1) / 2, (x1 - x0) / 2, (y1 - y0) / 2];
  for (let y = y0; y <= y1; y++) {
    for (let x = x0; x <= x1; x++) {
      if (((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 <= 1) mask.data[y * width + x] = 1;
    }
  }
  return mask;
}

/** PyTorch's adaptive average pooling. */
function averagePool(
  data: Float64Array,
  width: number,
  height: number,
  toWidth: number,
  toHeight: number,
): Float64Array {
  const result = new Float64Array(toWidth * toHeight);
  for (let i = 0; i < result.length; i++) {
    const [x, y] = [i % toWidth, Math.floor(i / toWidth)];
    const [x0, x1] = [Math.floor((x * width) / toWidth), Math.ceil(((x + 1) * width) / toWidth)];
    const [y0, y1] = [Math.floor((y * height) / toHeight), Math.ceil(((y + 1) * height) / toHeight)];
    let sum = 0;
    for (let v = y0; v < y1; v++) for (let u = x0; u < x1; u++) sum += data[v * width + u]!;
    result[i] = sum / ((x1 - x0) * (y1 - y0));
  }
  return result;
}

/** The bytes of one tensor of a safetensors file. */
function readBytes(file: URL, name: string): Uint8Array {
  const bytes = readFileSync(file);
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, start)) as Record<string, { data_offsets: [number, number] }>;
  const [from, to] = header[name]!.data_offsets;
  return bytes.subarray(start + from, start + to);
}
