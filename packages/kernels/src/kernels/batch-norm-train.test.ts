import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectClose, expectNoLeak, useWasm } from '../../test/backends.js';
import { expectGradient } from '../../test/finite-differences.js';
import { values } from '../../test/values.js';

const epsilon = 1e-3;

beforeAll(useWasm);

function run(name: string, inputs: object, attrs: object): tf.Tensor[] {
  return tf.engine().runKernel(name, inputs as never, attrs as never) as unknown as tf.Tensor[];
}

/** The fused pair as one differentiable function. */
function normalized(relu: boolean, ...tensors: tf.Tensor[]): tf.Tensor {
  const op = tf.customGrad((...saved) => {
    const save = saved.pop() as unknown as tf.GradSaveFunc;
    const [x, scale, offset, residual] = saved as unknown as tf.Tensor[];
    const inputs = residual === undefined ? { x, scale, offset } : { x, scale, offset, residual };
    const [y, mean, variance] = run('MixBatchNormTrain', inputs, { epsilon, relu }) as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
    ];
    save([y, x as tf.Tensor, scale as tf.Tensor, mean, variance]);
    const attrs = { epsilon, relu, residual: residual !== undefined };
    return {
      value: y,
      gradFunc: (dy: tf.Tensor, [y, x, scale, mean, variance]: tf.Tensor[]) =>
        run('MixBatchNormTrainGrad', { dy, y, x, scale, mean, variance }, attrs),
    };
  });
  return op(...tensors);
}

/** The same from plain operations. */
function composed(
  relu: boolean,
  x: tf.Tensor,
  scale: tf.Tensor,
  offset: tf.Tensor,
  residual?: tf.Tensor,
): tf.Tensor {
  const { mean, variance } = tf.moments(
    x,
    x.shape.slice(0, -1).map((_, i) => i),
  );
  const centered = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, epsilon)));
  const y = tf.add(tf.mul(centered, scale), offset);
  const sum = residual === undefined ? y : tf.add(y, residual);
  return relu ? tf.relu(sum) : sum;
}

function inputs(shape: number[], residual: boolean): tf.Tensor[] {
  const channels = shape.at(-1) ?? 1;
  const x = tf.add(tf.tensor(values(tf.util.sizeFromShape(shape), 7), shape), 3);
  const vectors = [tf.tensor1d(values(channels, 8)), tf.tensor1d(values(channels, 9))];
  const last = tf.tensor(values(tf.util.sizeFromShape(shape), 10), shape);
  return [x, ...vectors, ...(residual ? [last] : [])];
}

const shapes = [
  [4, 3, 5, 8],
  [3, 4, 4, 7],
  [37, 3],
  [300, 4],
  [2, 9, 9, 13],
];

describe.each(shapes.map((shape) => [shape]))('%j', (shape) => {
  describe.each([
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ])('relu %s, residual %s', (relu, residual) => {
    it('equals the composition, and so do its gradients', () => {
      tf.tidy(() => {
        const weights = tf.tensor(values(tf.util.sizeFromShape(shape), 11), shape);
        const loss =
          (op: (relu: boolean, ...tensors: tf.Tensor[]) => tf.Tensor) =>
          (...tensors: tf.Tensor[]) =>
            tf.sum(tf.mul(op(relu, ...(tensors as [tf.Tensor, tf.Tensor, tf.Tensor])), weights)) as tf.Scalar;
        const given = inputs(shape, residual);
        const fused = tf.valueAndGrads(loss(normalized))(given);
        const plain = tf.valueAndGrads(loss(composed as typeof normalized))(given);
        expectClose(fused.value.dataSync(), plain.value.dataSync(), 1e-4);
        fused.grads.forEach((gradient, i) => {
          expectClose(gradient.dataSync(), plain.grads[i]!.dataSync(), 2e-4);
        });
      });
    });

    it('has the gradients that differences give', () => {
      // Differences that straddle relu's corner say nothing: without it, or well to one side of it.
      tf.tidy(() => {
        const given = inputs(shape, residual);
        given[2] = relu ? tf.add(given[2]!, 20) : given[2]!;
        expectGradient((...tensors) => normalized(relu, ...tensors), given, {
          step: 0.03,
          tolerance: 5e-3,
          probes: 6,
        });
      });
    });
  });
});

it('gives the mean and the biased variance, stably under a large offset', () => {
  tf.tidy(() => {
    const x = tf.tensor2d(
      Float32Array.from({ length: 4000 }, (_, i) => 10_000 + (i % 4)),
      [1000, 4],
    );
    const flat = tf.reshape(x, [4000, 1]);
    const [, mean, variance] = run(
      'MixBatchNormTrain',
      { x: flat, scale: tf.ones([1]), offset: tf.zeros([1]) },
      { epsilon, relu: false },
    );
    expect(mean!.dataSync()[0]).toBeCloseTo(10_001.5, 3);
    expect(variance!.dataSync()[0]).toBeCloseTo(1.25, 5);
  });
});

it('hands NaN on through relu', () => {
  tf.tidy(() => {
    const x = tf.tensor2d([1, Number.NaN, 2, 3], [2, 2]);
    const [y] = run(
      'MixBatchNormTrain',
      { x, scale: tf.ones([2]), offset: tf.zeros([2]) },
      { epsilon, relu: true },
    );
    expect([...y!.dataSync()].map(Number.isNaN)).toEqual([false, true, false, true]);
  });
});

it('passes no gradient where y is 0', () => {
  tf.tidy(() => {
    const ones = tf.ones([1]);
    const x = tf.tensor2d([1, 1], [2, 1]);
    const attrs = { epsilon, relu: true, residual: true };
    const y = tf.zeros([2, 1]);
    const outputs = run(
      'MixBatchNormTrainGrad',
      { dy: tf.ones([2, 1]), y, x, scale: ones, mean: ones, variance: ones },
      attrs,
    );
    for (const output of outputs) expect([...output.dataSync()].every((value) => value === 0)).toBe(true);
  });
});

it('leaves nothing behind', () => {
  const given = inputs([8, 16, 16, 8], true);
  expectNoLeak(() => tf.grads((...tensors) => tf.sum(normalized(true, ...(tensors as tf.Tensor[]))))(given));
});
