import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { testedBackends, useBackend } from '../test/use-backend.js';
import { classActivationMap } from './class-activation-map.js';

// Two images of 1x2 places with two channels; three classes.
const features = () => tf.tensor4d([1, 2, 3, -4, 5, 0, 0, 6], [2, 1, 2, 2]);
const kernel = () =>
  tf.tensor2d([
    [1, 10, 100],
    [2, 20, -1],
  ]);

describe.each(testedBackends('cpu', 'wasm'))('classActivationMap on %s', (backend) => {
  useBackend(backend);

  it("weighs the channels by those of each row's class", () => {
    const map = classActivationMap(features(), { kernel: kernel() }, tf.tensor1d([0, 2], 'int32'));
    // 1·1 + 2·2, 3·1 − 4·2; 5·100 − 0, 0 − 6.
    expect(map.arraySync()).toEqual([[[5, -5]], [[500, -6]]]);
  });

  it('averages to the logit less the bias', () => {
    const classes = tf.tensor1d([1, 0], 'int32');
    const means = tf.mean(classActivationMap(features(), { kernel: kernel() }, classes), [1, 2]);
    const logits = tf.matMul(tf.mean(features(), [1, 2]) as tf.Tensor2D, kernel()) as tf.Tensor2D;
    expect([...means.dataSync()]).toEqual([logits.arraySync()[0]?.[1], logits.arraySync()[1]?.[0]]);
  });

  it('passes gradients and leaves no tensors behind', () => {
    const classes = tf.tensor1d([0, 2], 'int32');
    const [x, w] = [features(), kernel()];
    const before = tf.memory().numTensors;
    const gradient = tf.grad((input) =>
      tf.sum(classActivationMap(input as tf.Tensor4D, { kernel: w }, classes)),
    )(x);
    expect([...gradient.dataSync()]).toEqual([1, 2, 1, 2, 100, -1, 100, -1]);
    gradient.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('says what does not fit', () => {
    const classes = tf.tensor1d([0, 2], 'int32');
    expect(() => classActivationMap(features(), { kernel: tf.ones([3, 4]) }, classes)).toThrow(
      'classActivationMap: weights.kernel must be [2,classes]; got [3,4]. Where layers lie between',
    );
    expect(() => classActivationMap(features(), { kernel: kernel() }, tf.tensor1d([0], 'int32'))).toThrow(
      'classActivationMap: classes must be [2]; got [1]',
    );
  });
});
