import { createRng, isMixError, plainTargets, type State, softCrossEntropy, stopGradient } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { cifarResnet } from '../cifar-resnet.js';
import type { Model } from '../model.js';
import { visionTransformer } from './vision-transformer.js';

const resnet = () => cifarResnet({ depth: 8, width: 2, numClasses: 3, rng: createRng(3) });
const transformer = (frozenStages?: number) =>
  visionTransformer('visionTransformer', {
    ...{ width: 8, depth: 8, heads: 2, imageSize: [8, 12], patchSize: 4, numClasses: 3, dropPath: 0.5 },
    rng: createRng(3),
    ...(frozenStages !== undefined && { frozenStages }),
  });
const noise = (seed: number) => {
  const rng = createRng(seed);
  return tf.tensor4d(
    Array.from({ length: 2 * 8 * 12 * 3 }, () => rng.normal()),
    [2, 8, 12, 3],
  );
};
const numbers = (tensor: tf.Tensor | undefined) => Array.from((tensor as tf.Tensor).dataSync());
const labels = () => tf.tensor1d([2, 0], 'int32');
const plain = ({ tensors, values }: State) => [
  values,
  Object.entries(tensors).map(([name, tensor]) => [name, tensor.arraySync()]),
];
function close(got: tf.Tensor | undefined, wanted: tf.Tensor | undefined): void {
  expect(got?.shape).toEqual(wanted?.shape);
  const expected = numbers(wanted);
  for (const [index, value] of numbers(got).entries())
    expect(value).toBeCloseTo(expected[index] as number, 5);
}

describe.each([
  ['of a network of stages', resnet],
  ['of a transformer', () => transformer()],
])('the guide %s', (_, build) => {
  useBackend('wasm');

  it('gives the features of each stage', () => {
    const model = build();
    const { stages } = model.forward(noise(1), { training: false });
    for (const [index, stage] of stages.entries()) close(model.guide.features(noise(1), index + 1), stage);
    close(model.guide.features(noise(1), 'last'), stages.at(-1));
  });

  it.each(['eval', 'train'] as const)('takes the gradient by the images in mode %s', (mode) => {
    const model = build();
    const before = plain(model.state());
    const { grad, loss } = model.guide.inputGradient(noise(1), labels(), { mode });
    expect(plain(model.state())).toEqual(before);
    const input = tf.variable(noise(1) as tf.Tensor);
    const wanted = tf.variableGrads(() => {
      const { logits } = model.forward(input as tf.Tensor as tf.Tensor4D, { training: mode === 'train' });
      return tf.mean(softCrossEntropy(logits, plainTargets(labels()))) as tf.Scalar;
    }, [input]);
    close(grad, wanted.grads[input.name]);
    close(loss, wanted.value);
  });

  it('stays out of a gradient that is being taken, and takes its own all the same', () => {
    const model = build();
    const head = Object.entries(model.variables).find(
      ([name]) => name.endsWith('norm.weight') || name === 'bn1.weight',
    );
    const variable = head?.[1] as tf.Variable;
    const alone = model.guide.inputGradient(noise(1), labels(), { mode: 'eval' }).grad;
    let inside: tf.Tensor | undefined;
    let cut: tf.Tensor | undefined;
    const { grads } = tf.variableGrads(() => {
      inside = tf.keep(model.guide.inputGradient(noise(1), labels(), { mode: 'eval' }).grad);
      cut = tf.keep(stopGradient(model.guide.inputGradient(noise(1), labels(), { mode: 'eval' }).grad));
      return tf.sum(tf.mul(variable, tf.add(1, tf.sum(inside)))) as tf.Scalar;
    }, [variable]);
    close(inside, alone);
    close(cut, alone);
    close(grads[variable.name], tf.fill(variable.shape, 1 + numbers(tf.sum(alone))[0]!));
  });

  it('gives copies of the last layer, which explain the logits', () => {
    const model = build();
    const { logits, embedding } = model.forward(noise(1), { training: false });
    const { kernel, bias } = model.guide.classifierWeights();
    close(tf.add(tf.matMul(embedding, kernel), bias), logits);
    tf.dispose([kernel, bias]);
    expect(numbers(model.guide.classifierWeights().bias)).toHaveLength(3);
  });

  it('lets gradients through its features', () => {
    const model = build();
    const { value, grads } = tf.variableGrads(
      () => tf.sum(tf.square(model.guide.features(noise(1), 1))) as tf.Scalar,
    );
    expect(numbers(value)[0]).toBeGreaterThan(0);
    const used = Object.entries(model.variables).filter(([, { name }]) => name in grads && grads[name]);
    expect(used.length).toBeGreaterThan(2);
    expect(used.map(([name]) => name).join()).not.toMatch(/layer2|blocks\.2|blocks\.7|head|,fc/);
  });

  it('leaves no tensors behind', () => {
    const model = build();
    const [images, given] = [noise(1), labels()];
    const before = tf.memory().numTensors;
    for (const mode of ['eval', 'train'] as const) {
      tf.dispose(model.guide.inputGradient(images, given, { mode }));
    }
    const map = model.guide.features(images, 1, { training: true });
    tf.dispose([map, model.guide.forwardFrom?.(map, 1) ?? [], model.guide.classifierWeights()]);
    tf.dispose(model.guide.attention?.(images, { layer: 1, rows: 'cls' }) ?? []);
    tf.dispose(model.guide.forwardWithAttention?.(images, 'last') ?? []);
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each<[string, (model: Model) => unknown]>([
    ['Guide.features: stage must be from 1 to ', ({ guide }) => guide.features(noise(1), 9)],
    ['Guide.features: images must be [B,', ({ guide }) => guide.features(tf.ones([2, 8, 12, 1]), 1)],
    [
      'Guide.inputGradient: mode must be one of ',
      ({ guide }) => guide.inputGradient(noise(1), labels(), { mode: 'test' as 'eval' }),
    ],
    [
      'Guide.inputGradient: images must not be disposed',
      ({ guide }) => {
        const images = noise(1);
        images.dispose();
        guide.inputGradient(images, labels(), { mode: 'eval' });
      },
    ],
  ])('says: %s', (message, action) => {
    let caught: unknown;
    try {
      action(build());
    } catch (error) {
      caught = error;
    }
    expect(isMixError(caught)).toBe(true);
    expect(String(caught)).toContain(message);
  });
});

describe('a network of stages', () => {
  useBackend('wasm');

  it('goes on from the features of a stage, without the stages below', () => {
    const model = resnet();
    const { logits } = model.forward(noise(1), { training: false });
    for (const stage of [1, 2, 3, 'last'] as const) {
      close(model.guide.forwardFrom?.(model.guide.features(noise(1), stage), stage), logits);
    }
  });

  it('trains in two halves as in one pass', () => {
    const [whole, halves] = [resnet(), resnet()];
    const { logits } = whole.forward(noise(1), { training: true });
    const map = halves.guide.features(noise(1), 2, { training: true });
    close(halves.guide.forwardFrom?.(map, 2, { training: true }), logits);
    expect(plain(halves.state())).toEqual(plain(whole.state()));
  });
});

describe('a transformer', () => {
  useBackend('wasm');

  it('shows the attention of each layer, by rows or whole', () => {
    const model = transformer();
    const { attention, logits } = model.forward(noise(1), { training: false });
    close(model.guide.attention?.(noise(1), { layer: 'last', rows: 'all' }), attention);
    close(model.guide.attention?.(noise(1), { layer: 8, rows: 'all' }), attention);
    const first = model.guide.attention?.(noise(1), { layer: 1, rows: 'all' }) as tf.Tensor4D;
    const row = model.guide.attention?.(noise(1), { layer: 1, rows: 'cls' });
    close(row, tf.squeeze(tf.slice(first, [0, 0, 0, 0], [-1, -1, 1, -1]), [2]));
    const both = model.guide.forwardWithAttention?.(noise(1), 1);
    close(both?.logits, logits);
    close(both?.clsAttention, row);
    expect(numbers(row)).not.toEqual(
      numbers(tf.slice(attention as tf.Tensor4D, [0, 0, 0, 0], [-1, -1, 1, -1])),
    );
  });

  it('runs its frozen stages as such, also for the probes', () => {
    const model = transformer(4);
    const { logits } = model.forward(noise(1), { training: true });
    // Nothing is dropped there, so that training is as inference.
    const both = model.guide.forwardWithAttention?.(noise(1), 'last', { training: true });
    close(both?.logits, logits);
    close(both?.clsAttention, model.guide.attention?.(noise(1), { layer: 'last', rows: 'cls' }));
    close(model.guide.features(noise(1), 4, { training: true }), model.guide.features(noise(1), 4));
  });
});
