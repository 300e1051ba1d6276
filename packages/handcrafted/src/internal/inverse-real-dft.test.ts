import { createRng } from '@mix/core';
import { describe, expect, it } from 'vitest';
import { inverseRealDft } from './inverse-real-dft.js';

/** The definition: `Σ X[u,v]·e^{2πi(uy/h + vx/w)}` over the half spectrum, columns inside it counted twice with their real part. */
function byDefinition(re: Float64Array, im: Float64Array, [height, width]: readonly [number, number]) {
  const half = Math.floor(width / 2) + 1;
  return Float64Array.from({ length: height * width }, (_, pixel) => {
    const [y, x] = [Math.floor(pixel / width), pixel % width];
    let sum = 0;
    for (let u = 0; u < height; u++) {
      for (let v = 0; v < half; v++) {
        const index = u * half + v;
        const alone = v === 0 || 2 * v === width;
        const turn = (2 * Math.PI * (u * y)) / height;
        // After the vertical transform, of frequencies 0 and width/2 the imaginary part is dropped.
        const a = (re[index] as number) * Math.cos(turn) - (im[index] as number) * Math.sin(turn);
        const b = (re[index] as number) * Math.sin(turn) + (im[index] as number) * Math.cos(turn);
        const across = (2 * Math.PI * v * x) / width;
        sum += alone ? a * Math.cos(across) : 2 * (a * Math.cos(across) - b * Math.sin(across));
      }
    }
    return sum;
  });
}

describe('inverseRealDft', () => {
  it.each([
    [1, 1],
    [1, 2],
    [2, 1],
    [2, 2],
    [3, 5],
    [5, 4],
    [7, 6],
    [8, 8],
    [12, 18],
    [15, 13],
    [9, 28],
  ] as const)('is the sum it stands for, at %i x %i', (height, width) => {
    const rng = createRng(height * 100 + width);
    const length = height * (Math.floor(width / 2) + 1);
    const draw = () => Float64Array.from({ length }, () => rng.normal());
    const [re, im] = [draw(), draw()];
    const wanted = byDefinition(re, im, [height, width]);
    const got = inverseRealDft({ re, im }, [height, width]);
    expect(got.length).toBe(height * width);
    got.forEach((value, pixel) => expect(Math.abs(value - (wanted[pixel] as number))).toBeLessThan(1e-11));
  });
});
