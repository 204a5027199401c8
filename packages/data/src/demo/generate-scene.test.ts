import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { maskArea, tightBox } from '../masks/bit-mask.js';
import { generateScene, type Scene, type SceneOptions } from './generate-scene.js';

const small: SceneOptions = { seed: 0, subset: 'train', index: 0, width: 160, height: 120 };

function digest({ rgb, owner }: Scene): string {
  return createHash('sha256').update(rgb).update(owner).digest('hex');
}

describe('generateScene', () => {
  it('gives the same bytes for the same options, whatever was painted before', () => {
    const first = digest(generateScene(small));
    generateScene({ ...small, index: 5 });
    expect(digest(generateScene(small))).toBe(first);
  });

  it('gives another picture for another seed, subset or index', () => {
    const variants = [{}, { seed: 1 }, { subset: 'val' as const }, { index: 1 }];
    const digests = variants.map((variant) => digest(generateScene({ ...small, ...variant })));
    expect(new Set(digests).size).toBe(variants.length);
  });

  it('shows 3 to 8 bunches, each large enough to see and none the whole picture', () => {
    for (let index = 0; index < 12; index++) {
      const { owner, instances, width, height } = generateScene({ ...small, index, width: 640, height: 480 });
      expect(instances).toBeGreaterThanOrEqual(3);
      expect(instances).toBeLessThanOrEqual(8);
      expect(new Set(owner).size).toBe(instances + 1);
      for (let id = 1; id <= instances; id++) {
        const mask = { width, height, data: owner.map((other) => Number(other === id)) };
        const [x0, y0, x1, y1] = tightBox(mask)!;
        expect(maskArea(mask)).toBeGreaterThan(900);
        expect(maskArea(mask)).toBeLessThan(30_000);
        expect(Math.min(x1 - x0, y1 - y0)).toBeGreaterThan(30);
        expect(maskArea(mask) / ((x1 - x0) * (y1 - y0))).toBeGreaterThan(0.15);
      }
    }
  });

  it('shows a crowd of 100 to 200 small berries, each with pixels of its own', () => {
    for (let index = 0; index < 3; index++) {
      const { owner, instances } = generateScene({ ...small, index, width: 640, height: 480, content: 'crowd' });
      expect(instances).toBeGreaterThanOrEqual(100);
      expect(instances).toBeLessThanOrEqual(200);
      const areas = new Array<number>(instances + 1).fill(0);
      for (const id of owner) areas[id]!++;
      expect(Math.min(...areas.slice(1))).toBeGreaterThanOrEqual(1);
      expect(Math.max(...areas.slice(1))).toBeLessThan(300);
    }
    const tiny = generateScene({ ...small, width: 24, height: 16, content: 'crowd' });
    expect(new Set(tiny.owner).size).toBe(tiny.instances + 1);
  });

  it('uses the range of the camera without losing much to black or white', () => {
    const { rgb } = generateScene({ ...small, width: 320, height: 240 });
    const mean = rgb.reduce((sum, value) => sum + value, 0) / rgb.length;
    expect(mean).toBeGreaterThan(40);
    expect(mean).toBeLessThan(160);
    expect(rgb.filter((value) => value === 0 || value === 255).length / rgb.length).toBeLessThan(0.05);
  });
});
