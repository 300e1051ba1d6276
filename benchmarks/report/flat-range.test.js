import { describe, expect, it } from 'vitest';
import { flatRange } from './flat-range.js';

const points = (...rates) => rates.map((rate, index) => ({ value: 2 ** index, rate }));

describe('flatRange', () => {
  it('reaches from the best point as far as the rate holds, on either side', () => {
    expect(flatRange(points(10, 50, 95, 100, 92, 60))).toEqual({ from: 4, to: 16, best: 100 });
  });

  it('stops at a dip even where the rate recovers', () => {
    expect(flatRange(points(95, 20, 100))).toEqual({ from: 4, to: 4, best: 100 });
  });

  it('is everything where nothing falls', () => {
    expect(flatRange(points(99, 100, 98))).toEqual({ from: 1, to: 4, best: 100 });
  });
});
