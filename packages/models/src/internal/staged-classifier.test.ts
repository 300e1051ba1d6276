import { type ClassifierOutput, createRng, isMixError, type MixErrorCode } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { cifarResnet } from '../cifar-resnet.js';

const model = () => cifarResnet({ depth: 8, width: 2, numClasses: 3, rng: createRng(3) });
const noise = (seed: number, shape: [number, number, number, number]) => {
  const rng = createRng(seed);
  return tf.tensor4d(
    Array.from({ length: tf.util.sizeFromShape(shape) }, () => rng.normal()),
    shape,
  );
};
const blend = (x: tf.Tensor4D) => tf.add(tf.mul(x, 0.7), tf.mul(tf.reverse(x, 0), 0.3)) as tf.Tensor4D;
const numbers = (tensor: tf.Tensor | undefined) => Array.from((tensor as tf.Tensor).dataSync());
const free = ({ logits, embedding, stages }: ClassifierOutput) => tf.dispose([logits, embedding, ...stages]);
const evaluate = { training: false };

describe('stagedClassifier', () => {
  useBackend('wasm');

  it.each([
    [[2, 8, 8, 3], true],
    [[2, 12, 6, 3], false],
    [[1, 8, 8, 3], true],
    [[1, 9, 7, 3], false],
  ] as const)('gives logits, embedding and stages for %j', (shape, training) => {
    const [batch, height, width] = shape;
    const { logits, embedding, stages } = model().forward(noise(1, [...shape]), { training });
    const half = (size: number) => Math.ceil(size / 2);
    expect(logits.shape).toEqual([batch, 3]);
    expect(embedding.shape).toEqual([batch, 8]);
    expect(stages.map((stage) => stage.shape)).toEqual([
      [batch, height, width, 2],
      [batch, half(height), half(width), 4],
      [batch, half(half(height)), half(half(width)), 8],
    ]);
    expect(numbers(tf.mean(stages[2] as tf.Tensor4D, [1, 2]))).toEqual(numbers(embedding));
  });

  it.each([0, 1, 2, 3])('is unchanged by the identity at stage %i', (stage) => {
    const images = noise(1, [2, 8, 8, 3]);
    const network = model();
    const plain = network.forward(images, evaluate);
    const tapped = network.forward(images, { ...evaluate, intercept: { stage, apply: (x) => x } });
    expect(numbers(tapped.logits)).toEqual(numbers(plain.logits));
  });

  it('at stage 0 equals mixing the images', () => {
    const images = noise(1, [2, 8, 8, 3]);
    const network = model();
    const inside = network.forward(images, { ...evaluate, intercept: { stage: 0, apply: blend } });
    const outside = network.forward(blend(images), evaluate);
    expect(numbers(inside.logits)).toEqual(numbers(outside.logits));
  });

  it('changes its own stage and what comes after, and nothing before', () => {
    const images = noise(1, [2, 8, 8, 3]);
    const network = model();
    const plain = network.forward(images, evaluate);
    const mixed = network.forward(images, { ...evaluate, intercept: { stage: 2, apply: blend } });
    expect(numbers(mixed.stages[0])).toEqual(numbers(plain.stages[0]));
    expect(numbers(mixed.stages[1])).toEqual(numbers(blend(plain.stages[1] as tf.Tensor4D)));
    expect(numbers(mixed.stages[2])).not.toEqual(numbers(plain.stages[2]));
    expect(numbers(mixed.logits)).not.toEqual(numbers(plain.logits));
  });

  it('lets gradients through the intercept to the layers below', () => {
    const images = noise(1, [2, 8, 8, 3]);
    const network = model();
    const gradientOf = (apply: (x: tf.Tensor4D) => tf.Tensor4D) => {
      const loss = () =>
        tf.sum(network.forward(images, { ...evaluate, intercept: { stage: 2, apply } }).logits);
      const { grads } = tf.variableGrads(loss as () => tf.Scalar, Object.values(network.variables));
      return numbers(grads[network.variables['conv1.weight']?.name as string]);
    };
    const plain = gradientOf((x) => x);
    const cut = gradientOf((x) => tf.zerosLike(x));
    expect(plain.some((value) => value !== 0)).toBe(true);
    expect(cut.every((value) => value === 0)).toBe(true);
  });

  it('gives a stage of its own where an intercept gives a tensor that is kept', () => {
    const network = model();
    const kept = tf.ones([2, 4, 4, 4]) as tf.Tensor4D;
    const { stages } = network.forward(noise(1, [2, 8, 8, 3]), {
      ...evaluate,
      intercept: { stage: 2, apply: () => kept },
    });
    expect(numbers(stages[2 - 1])).toEqual(numbers(kept));
    tf.dispose(stages);
    expect(kept.isDisposed).toBe(false);
  });

  it('keeps the tensor count flat over forward and backward passes', () => {
    const network = model();
    const images = noise(1, [2, 8, 8, 3]);
    const step = () => {
      const loss = () => tf.mean(network.forward(images, { training: true }).logits) as tf.Scalar;
      tf.dispose(tf.variableGrads(loss, Object.values(network.variables)));
      free(network.forward(images, { training: true }));
      free(network.forward(images, { training: false, intercept: { stage: 1, apply: blend } }));
    };
    const before = tf.memory().numTensors;
    for (let repeat = 0; repeat < 5; repeat++) step();
    expect(tf.memory().numTensors).toBe(before);
    const output = network.forward(images, evaluate);
    expect(tf.memory().numTensors).toBe(before + 5);
    free(output);
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each<[string, MixErrorCode, () => void]>([
    [
      'Classifier.forward: intercept.stage must be from 0 (the input) to 3 (the last stage); got 4',
      'INVALID_ARGUMENT',
      () => model().forward(noise(1, [1, 8, 8, 3]), { ...evaluate, intercept: { stage: 4, apply: blend } }),
    ],
    [
      'Classifier.forward: intercept.stage must be an integer of at least 0; got -1',
      'INVALID_ARGUMENT',
      () => model().forward(noise(1, [1, 8, 8, 3]), { ...evaluate, intercept: { stage: -1, apply: blend } }),
    ],
    [
      'Classifier.forward: images must be [B,H,W,3]; got [1,8,8,1]',
      'SHAPE',
      () => model().forward(noise(1, [1, 8, 8, 1]), evaluate),
    ],
    [
      'Classifier.forward: images must be float32; got "int32"',
      'DTYPE',
      () => model().forward(tf.cast(noise(1, [1, 8, 8, 3]), 'int32'), evaluate),
    ],
    [
      'Classifier.forward: images must not be disposed; got [1,8,8,3]',
      'INVALID_ARGUMENT',
      () => {
        const images = noise(1, [1, 8, 8, 3]);
        images.dispose();
        model().forward(images, evaluate);
      },
    ],
    ...(['forward', 'state'] as const).map((what): [string, MixErrorCode, () => void] => [
      `Classifier.${what}: weights must not be disposed`,
      'INVALID_ARGUMENT',
      () => {
        const gone = model();
        gone.dispose();
        what === 'state' ? gone.state() : gone.forward(noise(1, [1, 8, 8, 3]), evaluate);
      },
    ]),
  ])('says: %s', (message, code, action) => {
    let caught: unknown;
    try {
      action();
    } catch (error) {
      caught = error;
    }
    expect(isMixError(caught) && caught.code).toBe(code);
    expect(String(caught)).toContain(message);
  });
});
