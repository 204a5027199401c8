import { randomOf } from '@sluice/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Instance, Sample } from '../contracts.js';
import { rasterize } from '../masks/rasterize.js';
import { evaluationPrompts } from './evaluation-prompts.js';
import { promptSampler, type PromptOptions } from './prompt-sampler.js';

const width = 60;
const height = 40;

function sampleOf(instances: readonly Instance[], key = 'train/a'): Sample {
  return { key, id: 'a', subset: 'train', image: { path: '/nowhere.png', width, height }, instances };
}

function rectangle(id: string, x0: number, y0: number, x1: number, y1: number): Instance {
  return { id, category: 'leaf', mask: { kind: 'polygons', rings: [[x0, y0, x1, y0, x1, y1, x0, y1]] } };
}

const crescent: Instance = {
  id: 'crescent',
  category: 'leaf',
  mask: { kind: 'polygons', rings: [[5, 5, 35, 5, 35, 9, 9, 9, 9, 31, 35, 31, 35, 35, 5, 35]] },
};
const many = Array.from({ length: 12 }, (_, i) => rectangle(`i${i}`, i * 4, i * 2, i * 4 + 9, i * 2 + 14));
const ask = (options: Partial<PromptOptions>, sample: Sample) => promptSampler({ seed: 1, ...options })(sample);

describe('boxes', () => {
  it('are tight, with the far edge excluded', () => {
    const sample = sampleOf([rectangle('one', 3, 4, 10, 12)]);
    const expected = [{ instance: 'one', box: [3, 4, 10, 12] }];
    expect(ask({}, sample).promptsAt('evaluation')).toEqual(expected);
    expect(ask({}, sample).promptsAt(1)).toEqual(expected);
  });

  it('move by up to the jitter when training, and not when evaluating', () => {
    const box = [20, 10, 40, 20] as const;
    const prompts = ask({ jitter: 0.1 }, sampleOf([rectangle('one', ...box)]));
    const moves = Array.from({ length: 300 }, (_, i) => prompts.promptsAt(i + 1)[0]!.box!).map((moved) =>
      moved.map((edge, i) => (edge - box[i]!) / (i % 2 === 0 ? 20 : 10)),
    );
    for (let edge = 0; edge < 4; edge++) {
      const values = moves.map((move) => move[edge]!);
      expect(Math.min(...values)).toBeGreaterThanOrEqual(-0.1);
      expect(Math.max(...values)).toBeLessThanOrEqual(0.1);
      expect(Math.min(...values)).toBeLessThan(-0.09);
      expect(Math.max(...values)).toBeGreaterThan(0.09);
    }
    expect(prompts.promptsAt('evaluation')[0]!.box).toEqual(box);
  });

  it('move normally by a tenth of their side, as the SAM paper has it, and by 20 pixels of the frame at most', () => {
    const image = { path: '/nowhere.png', width: 2048, height: 1024 };
    const box = [200, 100, 300, 900] as const;
    const sample = { ...sampleOf([rectangle('one', ...box)]), image };
    const { promptsAt } = ask({ jitter: 0.1, noise: 'normal' }, sample);
    const moves = Array.from({ length: 400 }, (_, i) => promptsAt(i + 1)[0]!.box!).map((moved) =>
      moved.map((edge, i) => edge - box[i]!),
    );
    const spread = (edge: number) => Math.sqrt(moves.reduce((sum, move) => sum + move[edge]! ** 2, 0) / moves.length);
    expect(Math.abs(spread(0) - 10)).toBeLessThan(1.8); // 5 standard deviations of it
    // Of the long side's moves, half are cut: 20 pixels of the frame are 40 of this image.
    const tall = moves.map((move) => Math.abs(move[1]!));
    expect(Math.max(...tall)).toBe(40);
    expect(tall.filter((move) => move === 40).length).toBeGreaterThan(180);
    expect(promptsAt('evaluation')[0]!.box).toEqual(box);
  });

  it('stay within the image and at least a pixel thick, however they move', () => {
    const corner = fc.record({ x: fc.nat({ max: width - 1 }), y: fc.nat({ max: height - 1 }) });
    const side = fc.integer({ min: 1, max: 12 });
    fc.assert(
      fc.property(
        corner,
        side,
        side,
        fc.double({ min: 0, max: 0.499, noNaN: true }),
        fc.constantFrom('uniform', 'normal'),
        fc.nat(),
        (at, w, h, jitter, noise, seed) => {
          const sample = sampleOf([rectangle('one', at.x, at.y, at.x + w, at.y + h)]);
          const [x0, y0, x1, y1] = ask({ jitter, noise, seed }, sample).promptsAt(1)[0]!.box!;
          expect(Math.min(x0, y0)).toBeGreaterThanOrEqual(0);
          expect(x1).toBeLessThanOrEqual(width);
          expect(y1).toBeLessThanOrEqual(height);
          expect(x1 - x0).toBeGreaterThanOrEqual(1);
          expect(y1 - y0).toBeGreaterThanOrEqual(1);
        },
      ),
    );
  });
});

describe('points', () => {
  it('lie on every pixel of the mask alike when training', () => {
    const mask = rasterize(crescent.mask, width, height);
    const prompts = ask({ boxes: false, points: true }, sampleOf([crescent]));
    const rows = new Map<number, number>();
    for (let epoch = 1; epoch <= 800; epoch++) {
      const { x, y, label } = prompts.promptsAt(epoch)[0]!.points![0]!;
      expect(mask.data[y * width + x]).toBe(1);
      expect(label).toBe(1);
      const band = y < 9 ? 0 : y < 31 ? 1 : 2;
      rows.set(band, (rows.get(band) ?? 0) + 1);
    }
    // 120, 88 and 120 of 328 pixels; 5 standard deviations are about 70 of 800.
    expect(Math.abs(rows.get(0)! - (800 * 120) / 328)).toBeLessThan(70);
    expect(Math.abs(rows.get(1)! - (800 * 88) / 328)).toBeLessThan(70);
  });

  it('lie inside when evaluating, even where the middle does not', () => {
    const mask = rasterize(crescent.mask, width, height);
    const [prompt] = ask({ boxes: false, points: true }, sampleOf([crescent])).promptsAt('evaluation');
    const { x, y } = prompt!.points![0]!;
    expect(mask.data[y * width + x]).toBe(1);
    expect(prompt!.box).toBeUndefined();
  });

  it('stand in for boxes one pixel thin, if both are asked for', () => {
    const sample = sampleOf([rectangle('line', 5, 5, 25, 6), rectangle('fat', 5, 5, 25, 9)]);
    for (const when of [1, 'evaluation'] as const) {
      const [line, fat] = ask({ points: true }, sample).promptsAt(when);
      expect(line!.points![0]!.y).toBe(5);
      expect(line!.box).toBeUndefined();
      expect(fat).toEqual({ instance: 'fat', box: [5, 5, 25, 9] });
    }
    expect(ask({}, sample).promptsAt(1)[0]).toEqual({ instance: 'line', box: [5, 5, 25, 6] });
  });
});

describe('a mix', () => {
  const mixed = (mix: { box: number; point: number }, rest: Partial<PromptOptions> = {}) =>
    ask({ mix, ...rest }, sampleOf(many));

  it('draws the kind of each instance in each epoch by its shares', () => {
    const { promptsAt } = mixed({ box: 3, point: 1 });
    const prompts = Array.from({ length: 100 }, (_, i) => promptsAt(i + 1));
    const points = prompts.flat().filter(({ box }) => box === undefined);
    // A quarter of 1200; 5 standard deviations are 75.
    expect(Math.abs(points.length - 300)).toBeLessThan(75);
    expect(points.every((prompt) => prompt.points!.length === 1)).toBe(true);
    const kinds = prompts.map((epoch) => epoch.map(({ box }) => (box ? 'b' : 'p')).join(''));
    expect(new Set(kinds).size).toBeGreaterThan(50);
  });

  it('draws the kind for evaluation once, and boxes and points are then those without a mix', () => {
    const { promptsAt } = mixed({ box: 1, point: 1 }, { jitter: 0.1 });
    const given = promptsAt('evaluation');
    expect(promptsAt('evaluation')).toEqual(given);
    expect(new Set(given.map(({ box }) => box === undefined)).size).toBe(2);
    const boxes = ask({}, sampleOf(many)).promptsAt('evaluation');
    const points = ask({ boxes: false, points: true }, sampleOf(many)).promptsAt('evaluation');
    expect(given).toEqual(given.map(({ box }, i) => (box ? boxes[i] : points[i])));
  });

  it('of one kind alone asks with that', () => {
    expect(
      mixed({ box: 1, point: 0 })
        .promptsAt(1)
        .every(({ box }) => box),
    ).toBe(true);
    expect(
      mixed({ box: 0, point: 1 })
        .promptsAt(1)
        .every(({ points }) => points),
    ).toBe(true);
  });

  it('asks with a point for what is one pixel thin', () => {
    const sample = sampleOf([rectangle('line', 5, 5, 25, 6)]);
    const { promptsAt } = ask({ mix: { box: 9, point: 1 } }, sample);
    for (let epoch = 1; epoch <= 20; epoch++) expect(promptsAt(epoch)[0]!.box).toBeUndefined();
  });

  it('asks with several points where that is wanted, when training', () => {
    const { promptsAt } = mixed({ box: 0, point: 1 }, { pointCount: 3 });
    expect(promptsAt(1).every(({ points }) => points!.length === 3)).toBe(true);
    expect(promptsAt('evaluation').every(({ points }) => points!.length === 1)).toBe(true);
  });
});

describe('evaluation prompts of one kind', () => {
  it('are those of a sampler that asks with that kind alone', () => {
    const sample = sampleOf([
      crescent,
      ...many,
      rectangle('outside', 100, 100, 120, 120),
      rectangle('line', 5, 5, 25, 6),
    ]);
    expect(evaluationPrompts(sample, 'box')).toEqual(ask({}, sample).promptsAt('evaluation'));
    const points = ask({ boxes: false, points: true }, sample).promptsAt('evaluation');
    expect(evaluationPrompts(sample, 'point')).toEqual(points);
  });
});

describe('a training prompt', () => {
  const options: PromptOptions = { jitter: 0.1, maxPerImage: 5, seed: 3 };
  const byInstance = (sample: Sample, epoch: number, given = options) =>
    new Map(
      promptSampler(given)(sample)
        .promptsAt(epoch)
        .map((prompt) => [prompt.instance, prompt]),
    );

  it('is the same whatever the order of instances, epochs and samples', () => {
    const samples = ['train/a', 'train/b', 'train/c'].map((key) => sampleOf(many, key));
    const expected = samples.map((sample) => [1, 2, 3].map((epoch) => byInstance(sample, epoch)));
    const sampler = promptSampler(options);
    for (let round = 0; round < 10; round++) {
      const { shuffle } = randomOf(round, 'order');
      const visits = shuffle(samples.flatMap((_, s) => [1, 2, 3].map((epoch) => ({ s, epoch }))));
      for (const { s, epoch } of visits) {
        const shuffled = { ...samples[s]!, instances: shuffle(many) };
        const prompts = sampler(shuffled).promptsAt(epoch);
        expect(new Map(prompts.map((prompt) => [prompt.instance, prompt]))).toEqual(expected[s]![epoch - 1]);
      }
    }
  });

  it('is another one for another epoch, seed or sample', () => {
    const draws = [
      byInstance(sampleOf(many), 1),
      byInstance(sampleOf(many), 2),
      byInstance(sampleOf(many), 1, { ...options, seed: 4 }),
      byInstance(sampleOf(many, 'train/b'), 1),
    ];
    expect(new Set(draws.map((draw) => JSON.stringify([...draw.values()]))).size).toBe(4);
  });

  it('is drawn for maxPerImage instances, each in its turn, but for all when evaluating', () => {
    const prompts = promptSampler(options)(sampleOf(many));
    const seen = new Set<string>();
    for (let epoch = 1; epoch <= 30; epoch++) {
      const chosen = prompts.promptsAt(epoch).map(({ instance }) => instance);
      expect(chosen).toHaveLength(5);
      expect(chosen).toEqual(many.map(({ id }) => id).filter((id) => chosen.includes(id)));
      chosen.forEach((id) => seen.add(id));
    }
    expect(seen.size).toBe(many.length);
    expect(prompts.promptsAt('evaluation')).toHaveLength(many.length);
  });
});

it('leaves out instances without a pixel', () => {
  const sample = sampleOf([rectangle('outside', 100, 100, 120, 120), rectangle('inside', 1, 1, 9, 9)]);
  expect(
    ask({}, sample)
      .promptsAt(1)
      .map(({ instance }) => instance),
  ).toEqual(['inside']);
  expect(ask({}, sampleOf([])).promptsAt('evaluation')).toEqual([]);
});

it.each<[Partial<PromptOptions>, string]>([
  [{ boxes: false, points: false }, 'data/PROMPT_KIND'],
  [{ mix: { box: 0, point: 0 } }, 'data/PROMPT_KIND'],
  [{ mix: { box: -1, point: 2 } }, 'data/PROMPT_KIND'],
  [{ mix: { box: NaN, point: 1 } }, 'data/PROMPT_KIND'],
  [{ pointCount: 0 }, 'data/PROMPT_POINTS'],
  [{ pointCount: 1.5 }, 'data/PROMPT_POINTS'],
  [{ jitter: 0.5 }, 'data/PROMPT_JITTER'],
  [{ jitter: -0.1 }, 'data/PROMPT_JITTER'],
  [{ jitter: NaN }, 'data/PROMPT_JITTER'],
  [{ maxPerImage: 0 }, 'data/PROMPT_LIMIT'],
])('refuses %j', (options, code) => {
  expect(() => promptSampler({ seed: 1, ...options })).toThrow(expect.objectContaining({ code }));
});

describe('the identity', () => {
  const square = rectangle('one', 3, 4, 10, 12);
  const of = (options: Partial<PromptOptions> = {}, sample: Sample = sampleOf([square])) =>
    ask(options, sample).identity();

  it('is plain JSON, and the same for the same sample wherever its image lies', () => {
    const elsewhere = { ...sampleOf([square]), image: { path: '/other.png', width, height } };
    expect(of({}, elsewhere)).toEqual(of());
    expect(JSON.parse(JSON.stringify(of()))).toEqual(of());
  });

  it('differs by each option, the seed, and each part of the sample that prompts or masks depend on', () => {
    const variants = [
      of(),
      of({ boxes: false, points: true }),
      of({ points: true }),
      of({ jitter: 0.1 }),
      of({ maxPerImage: 3 }),
      of({ mix: { box: 1, point: 1 } }),
      of({ mix: { box: 1, point: 2 } }),
      of({ pointCount: 2 }),
      of({ jitter: 0.1, noise: 'normal' }),
      of({ seed: 2 }),
      of({}, sampleOf([square], 'train/b')),
      of({}, sampleOf([square, crescent])),
      of({}, sampleOf([rectangle('one', 3, 4, 10, 13)])),
      of({}, sampleOf([{ ...square, id: 'two' }])),
      of({}, { ...sampleOf([square]), image: { path: '/nowhere.png', width: width + 1, height } }),
    ];
    expect(new Set(variants.map((identity) => JSON.stringify(identity))).size).toBe(variants.length);
  });
});
