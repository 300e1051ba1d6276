import { drawnShapes } from '@mix/data';
import { expect, it } from 'vitest';
import { limitDataset } from './limit-dataset.js';

const ten = { ...drawnShapes({ size: 10 }), corrupt: [1, 4, 8] };

it('takes the first samples', () => {
  const three = limitDataset(ten, 3, false);
  expect([0, 1, 2].map((index) => three.sample(index).key)).toEqual(
    [0, 1, 2].map((index) => ten.sample(index).key),
  );
  expect(three.size).toBe(3);
  expect(three.corrupt).toEqual([1]);
});

it('spreads over samples that come class by class', () => {
  const five = limitDataset(ten, 5, true);
  expect([0, 1, 2, 3, 4].map((index) => five.sample(index).label)).toEqual([0, 2, 4, 6, 8]);
  expect(five.corrupt).toEqual([2, 4]);
  expect(five.annotation?.(1)).toEqual(ten.annotation(2));
});

it.each([undefined, 10, 11])('leaves a set within the limit %s alone', (limit) => {
  expect(limitDataset(ten, limit, false)).toBe(ten);
});
