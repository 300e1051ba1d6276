import { expect, it } from 'vitest';
import { rankMask } from './rank-mask.js';

const grey = Float64Array.of(0.1, 0.9, 0.5, 0.7, 0.3, 0);

it('shows the brightest pixels', () => {
  expect([...rankMask(grey, 2, 0)]).toEqual([0, 1, 0, 1, 0, 0]);
  expect([...rankMask(grey, 0, 0)]).toEqual([0, 0, 0, 0, 0, 0]);
  expect([...rankMask(grey, 6, 0)]).toEqual([1, 1, 1, 1, 1, 1]);
});

it('takes the later one of equal pixels first', () => {
  expect([...rankMask(Float64Array.of(1, 0, 1, 1), 2, 0)]).toEqual([0, 0, 1, 1]);
  expect([...rankMask(new Float64Array(4), 3, 0)]).toEqual([0, 1, 1, 1]);
});

it('falls linearly over the pixels around a soft edge, both ends included', () => {
  // Ranks 1..4 of 0.9, 0.7, 0.5, 0.3, 0.1, 0 get 1, ⅔, ⅓, 0.
  const mask = rankMask(grey, 3, 2);
  [0, 1, 2 / 3, 1, 1 / 3, 0].forEach((value, pixel) => expect(mask[pixel]).toBeCloseTo(value, 7));
  const [first, ...others] = rankMask(new Float64Array(4), 2, 2);
  expect(first).toBe(0);
  [1 / 3, 2 / 3, 1].forEach((value, pixel) => expect(others[pixel]).toBeCloseTo(value, 7));
});
