import { describe, expect, it } from 'vitest';
import { resampleBicubic, resampleLinear } from './resample.js';

const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 4) as number);

// What PyTorch 2.15 gives: torch.nn.functional.interpolate, align_corners=False.
describe('resampling', () => {
  it('is linear along relative positions, two channels each by itself', () => {
    const data = Float32Array.from([0, 1, 4, 9, 16].flatMap((square) => [square, -square]));
    const squares = [0, 0.3333333, 0.888889, 2.3333335, 4, 6.777778, 9.777779, 13.666669, 16];
    const longer = resampleLinear({ shape: [5, 2], data }, 9);
    expect(longer.shape).toEqual([9, 2]);
    expect([...longer.data]).toEqual(close(squares.flatMap((square) => [square, -square])));
    const shorter = resampleLinear({ shape: [5, 1], data: Float32Array.of(0, 1, 4, 9, 16) }, 3);
    expect([...shorter.data]).toEqual(close([0.333333, 4, 13.666666]));
  });

  it('is bicubic over position embeddings', () => {
    const data = Float32Array.from({ length: 9 }, (_, i) => i * i);
    const { shape, data: larger } = resampleBicubic({ shape: [1, 3, 3, 1], data }, 4);
    expect(shape).toEqual([1, 4, 4, 1]);
    const wanted = [
      [-0.6868615, -0.5640969, 0.9117532, 2.6770961],
      [2.4905908, 4.7846193, 9.6548328, 13.5914412],
      [19.0133152, 24.7017078, 34.8783684, 42.2093391],
      [36.9739685, 44.8336296, 58.4046555, 67.9068909],
    ];
    expect([...larger]).toEqual(close(wanted.flat()));
  });

  it('leaves what has the size already', () => {
    const table = { shape: [3, 1], data: Float32Array.of(1, 2, 3) };
    expect(resampleLinear(table, 3)).toEqual(table);
    const embedding = { shape: [1, 1, 1, 2], data: Float32Array.of(1, 2) };
    expect(resampleBicubic(embedding, 1)).toEqual(embedding);
  });
});
