import { describe, expect, it } from 'vitest';
import { drawWindow } from './draw-window.js';
import { createRng } from './rng.js';

describe('drawWindow', () => {
  it('draws windows within the image, of the shares and ratios asked for', () => {
    const rng = createRng(0);
    for (let draw = 0; draw < 200; draw++) {
      const { top, left, height, width } = drawWindow([90, 120], rng, { scale: [0.2, 0.5], ratio: [0.5, 1] });
      expect(top >= 0 && left >= 0 && top + height <= 90 && left + width <= 120).toBe(true);
      expect((height * width) / (90 * 120)).toBeGreaterThan(0.19);
      expect((height * width) / (90 * 120)).toBeLessThan(0.51);
      expect(width / height).toBeGreaterThan(0.48);
      expect(width / height).toBeLessThan(1.03);
    }
  });

  it('takes the middle where none fits', () => {
    const whole = { scale: [1, 1] } as const;
    expect(drawWindow([10, 40], createRng(0), whole)).toEqual({ top: 0, left: 13, height: 10, width: 13 });
    expect(drawWindow([40, 9], createRng(0), whole)).toEqual({ top: 14, left: 0, height: 12, width: 9 });
  });

  it('leaves a pixel of images of few rows or columns', () => {
    expect(drawWindow([4, 40], createRng(1), { ratio: [0.05, 0.1] })).toMatchObject({ height: 4, width: 1 });
    expect(drawWindow([40, 1], createRng(1), { ratio: [3, 4] })).toMatchObject({ height: 1, width: 1 });
  });

  it.each([
    [{ scale: [0, 1] }, 'drawWindow: scale must be two numbers above 0, the lower first'],
    [{ scale: [0.5, 1.5] }, 'drawWindow: scale must be a number from 0 to 1'],
    [{ ratio: [2, 1] }, 'drawWindow: ratio must be two numbers'],
  ] as const)('refuses %o', (options, message) => {
    expect(() => drawWindow([4, 4], createRng(0), options)).toThrow(message);
  });
});
