import { createRng, denseTargets } from '@mix/core';
import { tinyBatch, useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { Box } from './cutmix-box.js';
import { applyResizemix, planResizemix, resizemix } from './resizemix.js';

useBackend('cpu');

const ramp = () => ({
  images: tf.concat([
    tf.zeros<tf.Rank.R4>([1, 4, 4, 1]),
    tf.reshape(tf.range(1, 17), [1, 4, 4, 1]) as tf.Tensor4D,
  ]),
  labels: tf.tensor1d([0, 1], 'int32'),
});
const plan = { method: 'resizemix', shape: [2, 4, 4], partner: [1, 1] } as const;
const box = [1, 0, 3, 2] as const;

describe('applyResizemix', () => {
  it.each([
    ['nearest', [1, 3, 9, 11]],
    // Means of four: (1 + 2 + 5 + 6)/4, ...
    ['bilinear', [3.5, 5.5, 11.5, 13.5]],
  ] as const)('pastes the whole partner, %s', (interpolation, [a, b, c, d]) => {
    const boxes = [box, [0, 0, 0, 4]] as const;
    for (const both of [boxes, [box, box]] as const) {
      const lam = both === boxes ? [0.75, 1] : [0.75, 0.75];
      const mixed = applyResizemix(ramp(), { ...plan, boxes: both, lam, interpolation });
      const [first] = tf.split(mixed.images, 2).map((row) => [...row.dataSync()]);
      expect(first).toEqual([0, 0, 0, 0, a, b, 0, 0, c, d, 0, 0, 0, 0, 0, 0]);
      expect([...denseTargets(mixed.targets, 2).dataSync()].slice(0, 2)).toEqual([0.75, 0.25]);
    }
  });

  it.each(['nearest', 'bilinear'] as const)(
    'gives one shared box the same pixels as a box a row, %s',
    (mode) => {
      const batch = tinyBatch({ size: 3, height: 7, width: 9 });
      const share = ([y1, x1, y2, x2]: Box) => 1 - ((y2 - y1) * (x2 - x1)) / 63;
      for (const shared of [
        [1, 1, 6, 4],
        [0, 0, 7, 9],
        [0, 2, 2, 9],
      ] as const) {
        const base = {
          method: 'resizemix',
          shape: [3, 7, 9],
          partner: [2, 0, 1],
          interpolation: mode,
        } as const;
        const all = [shared, shared, shared] as const;
        const together = applyResizemix(batch, { ...base, boxes: all, lam: all.map(share) });
        const apart = [shared, shared, [0, 0, 1, 1]] as const;
        const each = applyResizemix(batch, { ...base, boxes: apart, lam: apart.map(share) });
        const [got, wanted] = [together, each].map(({ images }) => tf.slice(images, [0], [2]).dataSync());
        got?.forEach((value, index) => expect(value).toBeCloseTo(wanted?.[index] as number, 5));
      }
    },
  );

  it('takes the nearest pixel in whole numbers, where a quotient of floats is one off', () => {
    // ⌊11·26/22⌋ = 13 exactly; 26/22 in float32 times 11 is below it.
    const images = tf.reshape(tf.range(0, 26), [1, 1, 26, 1]) as tf.Tensor4D;
    const wide = { method: 'resizemix', shape: [1, 1, 26], partner: [0], interpolation: 'nearest' } as const;
    const batch = { images, labels: tf.tensor1d([0], 'int32') };
    const mixed = applyResizemix(batch, { ...wide, boxes: [[0, 0, 1, 22]], lam: [4 / 26] });
    expect([...mixed.images.dataSync()].slice(0, 22)).toEqual(
      Array.from({ length: 22 }, (_, index) => Math.floor((index * 26) / 22)),
    );
  });

  it.each([
    [
      { boxes: [[0, 0, 5, 5], box] },
      /applyResizemix: plan.boxes must be whole pixels inside \[H,W\]=\[4,4\]/,
    ],
    [{ lam: [0.5, 0.75] }, /applyResizemix: plan.lam must be the share outside the box, 0.75; got 0.5/],
    [{ interpolation: 'cubic' }, /plan.interpolation must be one of 'nearest', 'bilinear'; got "cubic"/],
  ])('refuses %j', (wrong, message) => {
    const whole = { ...plan, boxes: [box, box], lam: [0.75, 0.75], interpolation: 'nearest', ...wrong };
    expect(() => applyResizemix(ramp(), whole as never)).toThrow(message);
  });
});

describe('planResizemix', () => {
  it('draws τ uniformly from its scope', () => {
    const options = { mode: 'elem', placement: 'inside', scope: [0.2, 0.6] } as const;
    const { boxes } = planResizemix([20_000, 1000, 100], createRng(1), options);
    const sorted = boxes.map(([y1, , y2]) => (y2 - y1) / 1000).sort((a, b) => a - b);
    const distance = sorted.reduce(
      (most, value, rank) => Math.max(most, Math.abs((value - 0.2) / 0.4 - (rank + 0.5) / 20_000)),
      0,
    );
    // The 99.9 % quantile of Kolmogorov and Smirnov's distance is 1.95/√n; truncation to a row adds a row.
    expect(distance).toBeLessThan(1.95 / Math.sqrt(20_000) + 1 / 400);
    for (const [y1, x1, y2, x2] of boxes.slice(0, 100)) {
      expect(x2 - x1).toBeLessThanOrEqual((y2 - y1) / 10);
      expect(x2 - x1).toBeGreaterThanOrEqual((y2 - y1) / 10 - 1);
    }
    expect(Math.max(...boxes.map(([, , y2]) => y2))).toBe(1000);
  });

  it('clips boxes around a centre that may be any pixel', () => {
    const { boxes } = planResizemix([2000, 16, 16], createRng(1), { mode: 'elem', scope: [0.5, 0.5] });
    // 8 x 8 pixels around a row: cut off by up to 4 at the top, 3 at the bottom.
    const heights = boxes.map(([y1, , y2]) => y2 - y1);
    expect([Math.min(...heights), Math.max(...heights)]).toEqual([4, 8]);
    expect(boxes.filter(([y1, , y2]) => y1 === 0 && y2 === 4).length).toBeGreaterThan(60);
  });

  it('draws τ of Beta(alpha, alpha) where that is inside the scope', () => {
    const { boxes } = planResizemix([500, 100, 100], createRng(1), {
      mode: 'elem',
      alpha: Infinity,
      placement: 'inside',
    });
    expect(new Set(boxes.map(([y1, , y2]) => y2 - y1))).toEqual(new Set([50]));
    const narrow = planResizemix([50, 100, 100], createRng(1), {
      mode: 'elem',
      alpha: Infinity,
      scope: [0.1, 0.2],
    });
    expect(Math.max(...narrow.boxes.map(([y1, , y2]) => y2 - y1))).toBeLessThanOrEqual(20);
  });

  it.each([
    [
      { scope: [0.8, 0.1] },
      /resizemix: scope must be \[low, high\] with 0 < low ≤ high ≤ 1; got \[0.8,0.1\]/,
    ],
    [{ alpha: 0 }, /resizemix: alpha must be above 0/],
    [{ interpolation: 'cubic' }, /resizemix: interpolation must be one of/],
    [{ placement: 'edge' }, /resizemix: placement must be one of 'centre', 'inside'; got "edge"/],
    [{ mode: 'rows' }, /resizemix: mode must be one of/],
  ])('refuses %j', (options, message) => {
    expect(() => resizemix(options as never)).toThrow(message);
  });
});
