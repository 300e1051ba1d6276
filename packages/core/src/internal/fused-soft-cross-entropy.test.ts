import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startBackend } from '../../test/use-backend.js';
import { softCrossEntropy } from '../losses.js';
import { denseTargets, mixTargets, type Targets } from '../targets.js';

type Named = Record<string, tf.Tensor2D>;

const calls: string[] = [];
const logits = (): tf.Tensor2D => tf.tensor2d([0.5, -1, 2, 0.1, 0.2, -0.3], [2, 3]);
const sparse = (): Targets =>
  mixTargets(
    tf.tensor1d([2, 0], 'int32'),
    tf.tensor2d([0, 1, 1, 0], [2, 2], 'int32'),
    tf.tensor2d([0.75, 0.5, 0.5, 0.5], [2, 2]),
  );
const dense = (): Targets => ({ kind: 'dense', values: denseTargets(sparse(), 3) });

const targetsOf = ({ values, classes, weights }: Named): Targets =>
  values === undefined ? { kind: 'sparse', classes: classes!, weights: weights! } : { kind: 'dense', values };

/** Stand-ins for a backend's kernels, from the inputs of their contract. */
function withStandIns(action: () => void): void {
  const kernels: Record<string, (inputs: Named) => tf.Tensor> = {
    MixSoftCrossEntropy: (inputs) => {
      const values = denseTargets(targetsOf(inputs), 3);
      return tf.neg(tf.sum(tf.mul(values, tf.logSoftmax(inputs['logits']!)), 1));
    },
    MixSoftCrossEntropyGrad: (inputs) => {
      const values = denseTargets(targetsOf(inputs), 3);
      const gradient = tf.sub(tf.mul(tf.softmax(inputs['logits']!), tf.sum(values, 1, true)), values);
      return tf.mul(gradient, tf.expandDims(inputs['dy']!, 1));
    },
  };
  for (const [kernelName, run] of Object.entries(kernels)) {
    tf.registerKernel({
      kernelName,
      backendName: 'cpu',
      kernelFunc: ({ inputs }) => {
        calls.push(`${kernelName}: ${Object.keys(inputs).sort()}`);
        return tf.tidy(() => run(inputs as Named));
      },
    });
  }
  try {
    tf.tidy(action);
  } finally {
    for (const kernelName of Object.keys(kernels)) tf.unregisterKernel(kernelName, 'cpu');
  }
}

describe('softCrossEntropy by a backend that has its kernels', () => {
  beforeAll(() => startBackend('cpu'));
  afterEach(() => expect(tf.memory().numTensors).toBe(0));

  it.each([
    ['sparse', sparse, 'classes', 'weights'],
    ['dense', dense, 'values'],
  ] as const)('gives them %s targets as they are', (_, targets, ...names) => {
    const run = (): { value: number[]; grad: number[] } => {
      const { value, grad } = tf.valueAndGrad((z) => tf.mean(softCrossEntropy(z as tf.Tensor2D, targets())))(
        logits(),
      );
      return { value: [...value.dataSync()], grad: [...grad.dataSync()] };
    };
    const wanted = tf.tidy(() => run());
    calls.length = 0;
    withStandIns(() => {
      const got = run();
      expect(calls).toEqual([
        `MixSoftCrossEntropy: ${[...names, 'logits'].sort()}`,
        `MixSoftCrossEntropyGrad: ${['dy', 'logits', ...names].sort()}`,
      ]);
      expect(got.value[0]).toBeCloseTo(wanted.value[0]!, 6);
      got.grad.forEach((value, index) => expect(value).toBeCloseTo(wanted.grad[index]!, 6));
    });
  });

  it('holds targets that depend on the logits for constants', () => {
    const gradient = (): number[] =>
      tf.tidy(() => [
        ...tf
          .grad((z) => {
            const values = tf.softmax(z) as tf.Tensor2D;
            return tf.sum(softCrossEntropy(z as tf.Tensor2D, { kind: 'dense', values }));
          })(logits())
          .dataSync(),
      ]);
    const wanted = gradient();
    withStandIns(() => {
      for (const [index, value] of gradient().entries()) expect(value).toBeCloseTo(wanted[index]!, 6);
    });
  });

  it.each<[string, () => Targets]>([
    [
      'targets must have as many rows as the logits, 2; got 1',
      () => ({ kind: 'dense', values: tf.ones([1, 3]) }),
    ],
    [
      'targets.values must be float32 [2,3]; got "float32 [2,4]"',
      () => ({ kind: 'dense', values: tf.ones([2, 4]) }),
    ],
    [
      'targets.classes must be int32; got "float32"',
      () => ({ kind: 'sparse', classes: tf.ones([2, 1]), weights: tf.ones([2, 1]) }),
    ],
    [
      'targets.weights must be float32 [2,1]; got "float32 [2,2]"',
      () => ({ kind: 'sparse', classes: tf.ones([2, 1], 'int32'), weights: tf.ones([2, 2]) }),
    ],
  ])('refuses what does not fit, with and without them: %s', (message, targets) => {
    const run = (): void => void softCrossEntropy(logits(), targets());
    expect(() => tf.tidy(run)).toThrow(`softCrossEntropy: ${message}`);
    withStandIns(() => {
      expect(run).toThrow(`softCrossEntropy: ${message}`);
    });
  });
});
