import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { applyStackmix, stackmix, stackTwice } from './stackmix.js';

useBackend('cpu');

const batch = () => ({
  images: tf.tensor4d([1, 2, 3, 4], [2, 1, 2, 1]),
  labels: tf.tensor1d([0, 1], 'int32'),
});
const plan = { method: 'stackmix', shape: [2, 1, 2], partner: [1, 0] } as const;

describe('applyStackmix', () => {
  it('puts the partner below or beside the own image, half a label each', () => {
    const high = applyStackmix(batch(), { ...plan, axis: 'height' }, { masks: true });
    expect(high.images.arraySync()).toEqual([
      [
        [[1], [2]],
        [[3], [4]],
      ],
      [
        [[3], [4]],
        [[1], [2]],
      ],
    ]);
    expect((high.masks as tf.Tensor4D).arraySync()[0]).toEqual([
      [
        [1, 0],
        [1, 0],
      ],
      [
        [0, 1],
        [0, 1],
      ],
    ]);
    expect([...high.lam.dataSync()]).toEqual([0.5, 0.5, 0.5, 0.5]);
    const wide = applyStackmix(batch(), { ...plan, axis: 'width' });
    expect([...wide.images.dataSync()]).toEqual([1, 2, 3, 4, 3, 4, 1, 2]);
    expect(wide.images.shape).toEqual([2, 1, 4, 1]);
  });

  it('refuses another axis or partner', () => {
    expect(() => applyStackmix(batch(), { ...plan, axis: 'depth' as never })).toThrow(
      /plan.axis must be one of/,
    );
    expect(() => applyStackmix(batch(), { ...plan, partner: [0, 2], axis: 'width' })).toThrow(/plan.partner/);
    expect(() => stackmix({ axis: 'depth' as never })).toThrow(
      /stackmix: axis must be one of 'height', 'width'/,
    );
  });
});

it('stacks an image with itself for testing', () => {
  const { images } = batch();
  expect(stackTwice(images).shape).toEqual([2, 2, 2, 1]);
  expect([...stackTwice(images, 'width').dataSync()]).toEqual([1, 2, 1, 2, 3, 4, 3, 4]);
  expect(() => stackTwice(images, 'depth' as never)).toThrow(/stackTwice: axis must be one of/);
});
