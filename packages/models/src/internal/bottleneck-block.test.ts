import { createRng } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { testedBackends, useBackend } from '@mix/test-utils';
import { describe, expect, it } from 'vitest';
import { bottleneckBlock } from './bottleneck-block.js';
import { ParameterStore } from './parameter-store.js';

describe.each(testedBackends('cpu', 'wasm'))('bottleneckBlock on %s', (backend) => {
  useBackend(backend);

  it.each([
    [true, 2],
    [false, 2],
    [true, 1],
  ])('has the gradients of finite differences (training %s, stride %i)', (training, stride) => {
    const store = new ParameterStore();
    const rng = createRng(1);
    const noise = (shape: number[]) =>
      tf.tensor(
        Array.from({ length: tf.util.sizeFromShape(shape) }, () => rng.normal()),
        shape,
      );
    const batchNorm = { momentum: 0.1, epsilon: 1e-5, frozen: false };
    const block = bottleneckBlock().create({ store, rng, batchNorm }, 'block', {
      inChannels: 8,
      channels: 2,
      stride,
      shortcut: 'projection',
      zeroInitResidual: false,
    });
    const input = tf.variable(noise([3, 4, 4, 8]));
    const variables = { images: input, ...store.variables() };
    // Large offsets hold every ReLU open or shut, so that no step crosses a bend.
    for (const [name, variable] of Object.entries(variables)) {
      const offsets = Array.from({ length: variable.size }, (_, channel) => (channel % 4 === 3 ? -20 : 20));
      if (name.endsWith('.bias')) variable.assign(tf.tensor1d(offsets));
    }
    const size = 4 / stride;
    const weights = noise([3, size, size, 8]);
    const loss = () =>
      tf.sum(tf.mul(block(input as tf.Tensor as tf.Tensor4D, training), weights)) as tf.Scalar;
    expect(block(input as tf.Tensor as tf.Tensor4D, training).shape).toEqual([3, size, size, 8]);
    const { grads } = tf.variableGrads(loss, Object.values(variables));
    // Three convolutions with batch normalisation, a fourth where the shape changes.
    expect(Object.keys(grads)).toHaveLength(1 + 3 * (stride === 2 ? 4 : 3));
    for (const [name, variable] of Object.entries(variables)) {
      const gradient = Array.from((grads[variable.name] as tf.Tensor).dataSync());
      const norm = Math.hypot(...gradient);
      const raw = gradient.map((slope) => rng.normal() + (2 * slope) / (norm || 1));
      const direction = raw.map((value) => value / Math.hypot(...raw));
      const wanted = gradient.reduce((sum, slope, index) => sum + slope * (direction[index] as number), 0);
      const centre = tf.clone(variable);
      const at = (step: number) =>
        tf.tidy(() => {
          variable.assign(tf.add(centre, tf.mul(tf.tensor(direction, variable.shape), step)));
          return loss().dataSync()[0] as number;
        });
      const slope = (at(1e-2) - at(-1e-2)) / 2e-2;
      variable.assign(centre);
      expect(Math.abs(slope - wanted), name).toBeLessThan(0.02 * norm + 2e-2);
    }
  });
});
