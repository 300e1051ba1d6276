import { expect, it } from 'vitest';
import { gaussianMask, gaussianMean } from './gaussian.js';

it.each([
  [[5, 8], [1, 6.5], 0.03],
  [[7, 3], [-0.5, 2], 0.4],
] as const)('falls with the distance from the centre, on %j', (size, centre, decay) => {
  const values = gaussianMask(size, { centre, decay }, 'own');
  const inverse = gaussianMask(size, { centre, decay }, 'partner');
  values.forEach((value, pixel) => {
    const [y, x] = [Math.floor(pixel / size[1]), pixel % size[1]];
    const wanted = Math.exp(-decay * ((y - centre[0]) ** 2 + (x - centre[1]) ** 2));
    expect(value).toBeCloseTo(wanted, 6);
    expect(inverse[pixel]).toBeCloseTo(1 - wanted, 6);
  });
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(gaussianMean(size, { centre, decay })).toBeCloseTo(mean, 6);
});
