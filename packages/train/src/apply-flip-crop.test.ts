import { createRng } from '@mix/core';
import { tinyBatch, useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { applyFlipCrop } from './apply-flip-crop.js';
import { type FlipCropPlan, planFlipCrop } from './plan-flip-crop.js';

beforeAll(() => {
  tf.enableProdMode();
});
useBackend('cpu');

// 1..16 in rows of four.
const image = () =>
  tf.tensor4d(
    Float32Array.from({ length: 16 }, (_, index) => index + 1),
    [1, 4, 4, 1],
  );
const plan = (top: number, left: number, flip: boolean): FlipCropPlan => ({
  method: 'flipCrop',
  shape: [1, 4, 4],
  flip: [flip],
  top: [top],
  left: [left],
});
const rowsOf = (images: tf.Tensor4D) => tf.squeeze(images, [0, 3]).arraySync();

describe('applyFlipCrop', () => {
  it('moves the window down and right, black where it leaves the image', () => {
    expect(rowsOf(applyFlipCrop(image(), plan(1, 2, false)))).toEqual([
      [7, 8, 0, 0],
      [11, 12, 0, 0],
      [15, 16, 0, 0],
      [0, 0, 0, 0],
    ]);
  });

  it('cuts first and mirrors then', () => {
    expect(rowsOf(applyFlipCrop(image(), plan(-1, 1, true)))).toEqual([
      [0, 0, 0, 0],
      [0, 4, 3, 2],
      [0, 8, 7, 6],
      [0, 12, 11, 10],
    ]);
  });

  it('changes nothing without flip and offset, leaves its input, and makes one tensor', () => {
    const images = image();
    const before = tf.memory().numTensors;
    const same = applyFlipCrop(images, plan(0, 0, false));
    expect(tf.memory().numTensors - before).toBe(1);
    expect(same.arraySync()).toEqual(images.arraySync());
    applyFlipCrop(images, plan(1, 1, true));
    expect(images.arraySync()).toEqual(image().arraySync());
  });

  it('treats each image of a non-square batch on its own, all channels alike', () => {
    const images = tf.tensor4d(
      Float32Array.from({ length: 2 * 2 * 3 * 2 }, (_, index) => index + 1),
      [2, 2, 3, 2],
    );
    const moved = applyFlipCrop(images, {
      method: 'flipCrop',
      shape: [2, 2, 3],
      flip: [true, false],
      top: [0, 1],
      left: [0, -1],
    });
    expect(moved.arraySync()).toEqual([
      [
        [
          [5, 6],
          [3, 4],
          [1, 2],
        ],
        [
          [11, 12],
          [9, 10],
          [7, 8],
        ],
      ],
      [
        [
          [0, 0],
          [19, 20],
          [21, 22],
        ],
        [
          [0, 0],
          [0, 0],
          [0, 0],
        ],
      ],
    ]);
  });

  it('invents no pixel: each comes from its own image, or is black', () => {
    const { images, labels } = tinyBatch({ size: 5 });
    const [size, height, width] = images.shape;
    const drawn = planFlipCrop([size, height, width], createRng(0), { flip: true, cropPadding: 2 });
    const moved = tf.unstack(applyFlipCrop(images, drawn));
    tf.unstack(images).forEach((one, index) => {
      const known = new Set([0, ...one.dataSync()]);
      expect([...moved[index]!.dataSync()].every((value) => known.has(value))).toBe(true);
    });
    tf.dispose([images, labels, moved]);
  });

  it('refuses a plan for another shape', () => {
    expect(() => applyFlipCrop(image(), { ...plan(0, 0, false), shape: [2, 4, 4] })).toThrow(
      'applyFlipCrop: images must be [2,4,4,C], as planned; got [1,4,4,1]',
    );
  });
});

it('shows the mirrored image outside with padding by reflection', () => {
  const reflected = { ...plan(-1, 2, false), padding: 'reflect' as const };
  expect(rowsOf(applyFlipCrop(image(), reflected))).toEqual([
    [7, 8, 7, 6],
    [3, 4, 3, 2],
    [7, 8, 7, 6],
    [11, 12, 11, 10],
  ]);
  const shape = [1, 4, 4] as const;
  expect(() => planFlipCrop(shape, createRng(0), { cropPadding: 4, padding: 'reflect' })).toThrow(
    /cropPadding/,
  );
});
