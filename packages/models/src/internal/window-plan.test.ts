import { describe, expect, it } from 'vitest';
import { planWindows } from './window-plan.js';

describe('planWindows', () => {
  it('goes through the windows one by one, row by row', () => {
    const { order, padded, mask } = planWindows([2, 6], [2, 3], [0, 0]);
    expect([...order]).toEqual([0, 1, 2, 6, 7, 8, 3, 4, 5, 9, 10, 11]);
    expect(padded).toEqual([2, 6]);
    expect(mask).toBeUndefined();
  });

  it('rolls up and left, and hides what came around from what was there', () => {
    const { order, mask } = planWindows([4, 4], [2, 2], [1, 1]);
    expect([...order]).toEqual([5, 6, 9, 10, 7, 4, 11, 8, 13, 14, 1, 2, 15, 12, 3, 0]);
    const window = (index: number) =>
      Array.from({ length: 4 }, (_, row) => [
        ...(mask as Float32Array).slice(index * 16 + row * 4).slice(0, 4),
      ]);
    expect(window(0).flat()).toEqual(new Array(16).fill(0));
    // Of the last window's four tokens, each comes from a corner of its own.
    expect(window(3)).toEqual([
      [0, -100, -100, -100],
      [-100, 0, -100, -100],
      [-100, -100, 0, -100],
      [-100, -100, -100, 0],
    ]);
    expect(window(1)).toEqual([
      [0, -100, 0, -100],
      [-100, 0, -100, 0],
      [0, -100, 0, -100],
      [-100, 0, -100, 0],
    ]);
  });

  it('pads to whole windows, and does not shift along a side that one covers', () => {
    const { order, padded, mask } = planWindows([3, 5], [3, 2], [1, 1]);
    expect(padded).toEqual([3, 6]);
    expect([...order.slice(0, 6)]).toEqual([1, 2, 7, 8, 13, 14]);
    expect(mask?.length).toBe(3 * 36);
    expect(planWindows([3, 2], [3, 2], [1, 1]).mask).toBeUndefined();
  });

  it('knows the way back', () => {
    const { order, inverse } = planWindows([7, 10], [3, 4], [1, 2]);
    expect([...inverse].map((at) => order[at])).toEqual([...inverse.keys()]);
  });
});
