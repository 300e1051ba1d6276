import { describe, expect, it } from 'vitest';
import { median, speedRatios, spread } from './statistics.js';

describe('median', () => {
  it('is the middle value, or the mean of the two in the middle, and leaves its input alone', () => {
    const values = [9, 1, 5];
    expect(median(values)).toBe(5);
    expect(values).toEqual([9, 1, 5]);
    expect(median([10, 9, 1, 2])).toBe(5.5);
  });
});

describe('spread', () => {
  it('orders numbers as numbers', () => {
    expect(spread([10, 9, 100])).toEqual({ median: 10, low: 9, high: 100 });
  });
});

describe('speedRatios', () => {
  it('is above 1 where the peer took longer', () => {
    expect(speedRatios([1, 4], [2, 2])).toEqual([2, 0.5]);
  });
});
