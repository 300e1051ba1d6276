import { createRng, isMixError } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { useBackend } from '@mix/test-utils';
import { describe, expect, it } from 'vitest';
import type { BatchNormOptions } from '../batch-norm-options.js';
import { createBatchNorm } from './batch-norm.js';
import { ParameterStore } from './parameter-store.js';

function build({ momentum = 0.1, frozen = false }: BatchNormOptions = {}) {
  const store = new ParameterStore();
  const builder = { store, rng: createRng(0), batchNorm: { momentum, epsilon: 1e-5, frozen } };
  const bn = createBatchNorm(builder, 'bn', 2);
  const buffer = (name: string) => Array.from((store.state().tensors[`bn.${name}`] as tf.Tensor).dataSync());
  return { bn, store, buffer };
}

// Channel 0: 1, 2, 3, 6 (mean 3, unbiased variance 14/3); channel 1: all 5.
const x = () => tf.tensor4d([1, 5, 2, 5, 3, 5, 6, 5], [2, 1, 2, 2]);

describe('createBatchNorm', () => {
  useBackend('cpu');

  it('tracks mean, unbiased variance and the number of batches', () => {
    const { bn, buffer } = build();
    tf.tidy(() => bn.train(x(), { relu: false }));
    expect(buffer('running_mean')[0]).toBeCloseTo(0.3, 5);
    expect(buffer('running_mean')[1]).toBeCloseTo(0.5, 5);
    expect(buffer('running_var')[0]).toBeCloseTo(0.9 + 0.1 * (14 / 3), 5);
    expect(buffer('running_var')[1]).toBeCloseTo(0.9, 5);
    expect(buffer('num_batches_tracked')).toEqual([1]);
    tf.tidy(() => bn.train(x(), { relu: false }));
    expect(buffer('running_mean')[0]).toBeCloseTo(0.57, 5);
    expect(buffer('num_batches_tracked')).toEqual([2]);
  });

  it('normalises by the batch, adds the residual, then applies ReLU', () => {
    const { bn } = build();
    const y = bn.train(x(), { relu: true, residual: tf.ones([2, 1, 2, 2]) });
    const deviation = Math.sqrt(3.5);
    const wanted = [1 - 2 / deviation, 1, 1 - 1 / deviation, 1, 1, 1, 1 + 3 / deviation, 1];
    wanted.forEach((value, i) => {
      expect(y.dataSync()[i]).toBeCloseTo(Math.max(0, value), 4);
    });
  });

  it('gives the affine map of its running statistics', () => {
    const { bn, store } = build();
    store.restore({
      tensors: {
        'bn.weight': tf.tensor1d([2, 1]),
        'bn.bias': tf.tensor1d([1, 0]),
        'bn.running_mean': tf.tensor1d([3, 0]),
        'bn.running_var': tf.tensor1d([4, 1]),
        'bn.num_batches_tracked': tf.scalar(5, 'int32'),
      },
      values: {},
    });
    const { scale, offset } = bn.affine();
    expect(scale.dataSync()[0]).toBeCloseTo(1, 5);
    expect(offset.dataSync()[0]).toBeCloseTo(-2, 4);
    expect(offset.dataSync()[1]).toBeCloseTo(0, 5);
  });

  it('leaves nothing on the gradient tape for the update', () => {
    const { bn, buffer } = build({ momentum: 1 });
    const input = x();
    const before = tf.memory().numTensors;
    tf.dispose(tf.grad((images) => tf.sum(bn.train(images as tf.Tensor4D, { relu: true })))(input));
    expect(tf.memory().numTensors).toBe(before);
    expect(buffer('running_mean')).toEqual([3, 5]);
  });

  it('uses the batch only when training and not frozen', () => {
    expect(build().bn.usesBatch(true)).toBe(true);
    expect(build().bn.usesBatch(false)).toBe(false);
    expect(build({ frozen: true }).bn.usesBatch(true)).toBe(false);
    expect(build({ frozen: 'statistics' }).bn.usesBatch(true)).toBe(false);
  });

  it('trains scale and offset unless they are frozen too', () => {
    const trained = (options: BatchNormOptions) => Object.keys(build(options).store.variables());
    expect(trained({})).toEqual(['bn.weight', 'bn.bias']);
    expect(trained({ frozen: 'statistics' })).toEqual(['bn.weight', 'bn.bias']);
    expect(trained({ frozen: true })).toEqual([]);
  });

  it('refuses a batch of one value per channel', () => {
    let caught: unknown;
    try {
      build().bn.train(tf.ones([1, 1, 1, 2]), { relu: false });
    } catch (error) {
      caught = error;
    }
    expect(isMixError(caught) && caught.code).toBe('SHAPE');
    expect(String(caught)).toContain('images must leave bn more than one value per channel; got [1,1,1,2]');
  });
});
