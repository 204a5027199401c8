import { expect, it } from 'vitest';
import type { Weights } from '../../weights/weights.js';
import { foldBatchNorm } from './fold-batch-norm.js';

const tensor = (shape: readonly number[], ...values: number[]) => ({ shape, data: Float32Array.from(values) });

const weights: Weights = new Map([
  ['a.c.weight', tensor([2, 1, 1, 1], 2, 3)],
  ['a.bn.weight', tensor([2], 1, 2)],
  ['a.bn.bias', tensor([2], 10, 20)],
  ['a.bn.running_mean', tensor([2], 4, 5)],
  ['a.bn.running_var', tensor([2], 4 - 1e-5, 16 - 1e-5)],
  ['b.weight', tensor([1], 7)],
]);

it('scales and shifts as the normalisation does, and leaves other weights alone', () => {
  const folded = foldBatchNorm(weights);
  expect([...folded.keys()]).toEqual(['a.c.weight', 'a.c.bias', 'b.weight']);
  expect([...folded.get('a.c.weight')!.data]).toEqual([1, 1.5].map((value) => expect.closeTo(value, 6) as number));
  expect([...folded.get('a.c.bias')!.data]).toEqual([8, 17.5].map((value) => expect.closeTo(value, 6) as number));
  expect(folded.get('b.weight')).toBe(weights.get('b.weight'));
});

it('leaves folded weights as they are', () => {
  const once = foldBatchNorm(weights);
  expect(foldBatchNorm(once)).toEqual(once);
});

it('says what is missing', () => {
  const broken = new Map([...weights].filter(([name]) => name !== 'a.bn.running_var'));
  expect(() => foldBatchNorm(broken)).toThrow(expect.objectContaining({ code: 'models/MISSING_WEIGHT' }));
});
