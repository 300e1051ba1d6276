import { createRng, denseTargets } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { applyCutmix, cutmix, planCutmix } from './cutmix.js';
import { type Box, cutmixBox, drawCentre } from './cutmix-box.js';

useBackend('cpu');

const zerosAndOnes = () => ({
  images: tf.concat([tf.zeros<tf.Rank.R4>([1, 2, 3, 1]), tf.ones<tf.Rank.R4>([1, 2, 3, 1])]),
  labels: tf.tensor1d([0, 1], 'int32'),
});

describe('applyCutmix', () => {
  it('shows the partner inside the half-open box and weights labels by area', () => {
    const plan = {
      method: 'cutmix',
      shape: [2, 2, 3],
      partner: [1, 0],
      boxes: [
        [0, 1, 1, 3],
        [1, 0, 2, 1],
      ],
      lam: [4 / 6, 5 / 6],
    } as const;
    const mixed = applyCutmix(zerosAndOnes(), plan, { masks: true });
    expect([...mixed.images.dataSync()]).toEqual([0, 1, 1, 0, 0, 0, 1, 1, 1, 0, 1, 1]);
    const own = [...(mixed.masks as tf.Tensor4D).dataSync()].filter((_, index) => index % 2 === 0);
    expect(own).toEqual([1, 0, 0, 1, 1, 1, 1, 1, 1, 0, 1, 1]);
    const [a, b, c, d] = denseTargets(mixed.targets, 2).dataSync();
    expect(a).toBeCloseTo(4 / 6, 6);
    expect(b).toBeCloseTo(2 / 6, 6);
    expect(c).toBeCloseTo(1 / 6, 6);
    expect(d).toBeCloseTo(5 / 6, 6);
  });

  it('gives one shared box the same pixels as a box a row', () => {
    const images = tf.reshape(tf.range(0, 3 * 5 * 4 * 2), [3, 5, 4, 2]) as tf.Tensor4D;
    const labels = tf.tensor1d([0, 1, 2], 'int32');
    const plan = { method: 'cutmix', shape: [3, 5, 4], partner: [2, 0, 1] } as const;
    const share = ([y1, x1, y2, x2]: Box): number => 1 - ((y2 - y1) * (x2 - x1)) / 20;
    for (const box of [
      [1, 1, 4, 3],
      [0, 0, 5, 4],
      [0, 2, 2, 4],
      [3, 0, 5, 2],
    ] as const) {
      const shared = applyCutmix(
        { images, labels },
        { ...plan, boxes: [box, box, box], lam: Array(3).fill(share(box)) },
      );
      const [first, ...rest] = [0, 1, 2].map((row) => {
        const others = [0, 1, 2].map((other) => (other === row ? box : ([0, 0, 1, 1] as const)));
        const each = applyCutmix({ images, labels }, { ...plan, boxes: others, lam: others.map(share) });
        return tf.slice(each.images, [row, 0, 0, 0], [1, 5, 4, 2]);
      });
      const wanted = tf.concat([first as tf.Tensor4D, ...rest]);
      expect(shared.images.dataSync()).toEqual(wanted.dataSync());
    }
  });

  it('does not let a discarded NaN leak', () => {
    const batch = zerosAndOnes();
    const images = tf.tensor4d([Number.NaN, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1], [2, 2, 3, 1]);
    const boxes = [
      [0, 0, 1, 1],
      [1, 1, 2, 2],
    ] as const;
    const plan = { method: 'cutmix', shape: [2, 2, 3], partner: [1, 0], boxes, lam: [5 / 6, 5 / 6] } as const;
    const mixed = applyCutmix({ images, labels: batch.labels }, plan);
    expect([...mixed.images.dataSync()].some(Number.isNaN)).toBe(false);
  });

  it('refuses a box outside the image', () => {
    const plan = planCutmix([2, 2, 3], createRng(0));
    const boxes = [
      [0, 0, 1, 4],
      [0, 0, 1, 1],
    ] as const;
    expect(() => applyCutmix(zerosAndOnes(), { ...plan, boxes })).toThrow(
      /applyCutmix: plan.boxes must be whole pixels inside \[H,W\]=\[2,3\]; got \[0,0,1,4\]/,
    );
  });
});

describe('applyCutmix with a plan from elsewhere', () => {
  it.each([
    [
      {
        boxes: [
          [0, 0, 0.5, 1],
          [0, 0, 1, 1],
        ],
      },
      /plan.boxes must be whole pixels/,
    ],
    [{ lam: [0.1, 0.1] }, /plan.lam must be the share outside the box/],
    [{ partner: [0, 7] }, /plan.partner must be rows from 0 to 1; got 7/],
    [{ partner: undefined }, /plan must have a value for each of 2 rows/],
    [{ lam: [null, 1] }, /plan.lam must be shares from 0 to 1; got null/],
  ])('refuses %j', (wrong, message) => {
    const plan = { ...planCutmix([2, 2, 3], createRng(0)), ...wrong };
    expect(() => applyCutmix(zerosAndOnes(), plan as never)).toThrow(message);
  });
});

describe('planCutmix', () => {
  it('keeps λ of labels apart from the share of pixels when it is not corrected', () => {
    const plan = planCutmix([64, 32, 32], createRng(1), { correctLam: false, mode: 'elem' });
    const whole = plan.boxes.map((box, row) => ({ box, drawn: plan.labelLam?.[row] as number }));
    const inside = whole.filter(({ box: [y1, x1, y2, x2] }) => y1 > 0 && x1 > 0 && y2 < 32 && x2 < 32);
    expect(inside.length).toBeGreaterThan(5);
    for (const { box, drawn } of inside) {
      expect(box[2] - box[0]).toBe(2 * Math.floor(Math.trunc(32 * Math.sqrt(1 - drawn)) / 2));
    }
    expect(planCutmix([4, 8, 8], createRng(1)).labelLam).toBeUndefined();

    const boxes = [
      [0, 0, 1, 3],
      [0, 0, 2, 3],
    ] as const;
    const two = { method: 'cutmix', shape: [2, 2, 3], partner: [1, 0], boxes, lam: [0.5, 0] } as const;
    const mixed = applyCutmix(zerosAndOnes(), { ...two, labelLam: [0.75, 0.25] });
    expect([...mixed.lam.dataSync()]).toEqual([0.5, 0.5, 0, 1]);
    expect([...denseTargets(mixed.targets, 2).dataSync()]).toEqual([0.75, 0.25, 0.75, 0.25]);
  });

  it('draws sides between ratioMinMax, upper ends exclusive, wholly inside', () => {
    const { boxes } = planCutmix([4000, 20, 30], createRng(3), { ratioMinMax: [0.2, 0.8], mode: 'elem' });
    const heights = boxes.map(([y1, , y2]) => y2 - y1);
    const widths = boxes.map(([, x1, , x2]) => x2 - x1);
    expect([Math.min(...heights), Math.max(...heights)]).toEqual([4, 15]);
    expect([Math.min(...widths), Math.max(...widths)]).toEqual([6, 23]);
    expect(Math.max(...boxes.map(([, , y2]) => y2))).toBeLessThan(20);
  });

  it('draws centres uniformly over all pixels, and keeps the margin', () => {
    const rng = createRng(4);
    const counts = new Map<string, number>();
    for (let draw = 0; draw < 30_000; draw++) {
      const centre = drawCentre([5, 6], 0.5, 0, rng).join();
      counts.set(centre, (counts.get(centre) ?? 0) + 1);
    }
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(counts.size).toBe(30);
    // 99.9 % quantile of χ² with 29 degrees of freedom.
    expect(chiSquare).toBeLessThan(58.3);
    // λ = ¾ cuts half a side, 8 of 16: half of that as margin leaves rows 4..11.
    const rows = Array.from({ length: 2000 }, () => drawCentre([16, 16], 0.75, 0.5, rng)[0]);
    expect([Math.min(...rows), Math.max(...rows)]).toEqual([4, 11]);
  });

  it.each([
    [{ box: 'exakt' }, /cutmix: box must be one of 'even', 'exact'; got "exakt"/],
    [{ mode: 'elm' }, /cutmix: mode must be one of/],
    [{ alpha: 0 }, /cutmix: alpha must be above 0/],
    [{ margin: 0.6 }, /cutmix: margin must be a number from 0 to 0.5; got 0.6/],
    [{ ratioMinMax: [0.8, 0.2] }, /ratioMinMax must be \[low, high\] with 0 ≤ low < high ≤ 1/],
  ])('refuses %j', (options, message) => {
    expect(() => cutmix(options as never)).toThrow(message);
  });

  it('refuses a ratioMinMax that leaves no side in a small image', () => {
    expect(() => planCutmix([2, 3, 3], createRng(0), { ratioMinMax: [0.1, 0.2] })).toThrow(
      /ratioMinMax must leave a side to draw in \[H,W\]=\[3,3\]/,
    );
  });
});

describe('cutmixBox', () => {
  it('rounds sides down to even numbers, unless exact', () => {
    // √(1 − 0.75) = ½: sides of 31 × 31 are 15, cut as 14.
    expect(cutmixBox([31, 31], 0.75, [15, 15])).toEqual([8, 8, 22, 22]);
    expect(cutmixBox([31, 31], 0.75, [15, 15], true)).toEqual([8, 8, 23, 23]);
    expect(cutmixBox([8, 8], 0, [0, 7])).toEqual([0, 3, 4, 8]);
    expect(cutmixBox([8, 8], 1, [4, 4])).toEqual([4, 4, 4, 4]);
  });
});
