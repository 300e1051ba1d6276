import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectClose, expectNoLeak, useWasm } from '../../test/backends.js';
import { runKernel } from '../../test/run-kernel.js';
import { values } from '../../test/values.js';

const epsilon = 1e-3;

beforeAll(useWasm);

function composed(x: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor): tf.Tensor {
  const { mean, variance } = tf.moments(x, -1, true);
  const normal = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, epsilon)));
  return tf.add(tf.mul(normal, scale), offset);
}

function inputs(shape: number[]): [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor] {
  const channels = shape.at(-1) ?? 1;
  const x = tf.add(tf.tensor(values(tf.util.sizeFromShape(shape), 1), shape), 3);
  const dy = tf.tensor(values(x.size, 4), shape);
  return [x, tf.tensor1d(values(channels, 2)), tf.tensor1d(values(channels, 3)), dy];
}

function both([x, scale, offset, dy]: readonly tf.Tensor[]): tf.Tensor[] {
  const [y, mean, variance] = runKernel('MixLayerNorm', { x, scale, offset }, { epsilon });
  const gradients = runKernel('MixLayerNormGrad', { dy, x, scale, mean, variance }, { epsilon });
  return [y as tf.Tensor, ...gradients];
}

describe('layer normalisation', () => {
  it.each([
    [[1, 1]],
    [[3, 5]],
    [[2, 3, 4, 8]],
    // More rows than are summed in single precision.
    [[200, 7]],
    [[0, 4]],
  ])('of %j has the value and gradients of plain operations', (shape) => {
    tf.tidy(() => {
      const given = inputs(shape);
      const [x, scale, offset, dy] = given;
      const wanted = [composed(x, scale, offset), ...tf.grads(composed)([x, scale, offset], dy)];
      const got = both(given);
      expect(got.map((tensor) => tensor.shape)).toEqual(wanted.map((tensor) => tensor.shape));
      for (const [index, tensor] of got.entries()) {
        expectClose(tensor.dataSync(), wanted[index]?.dataSync() ?? [], 5e-5);
      }
    });
  });

  it('leaves nothing behind', () => {
    const given = inputs([40, 24]);
    expectNoLeak(() => both(given));
  });
});
