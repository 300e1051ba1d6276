import { type ClassifierOutput, createRng, isMixError } from '@mix/core';
import { testedBackends, useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { visionTransformer } from './vision-transformer.js';

type Options = Partial<Parameters<typeof visionTransformer>[1]>;
const tiny = { width: 8, depth: 4, heads: 2, imageSize: [8, 12], patchSize: 4, numClasses: 3 } as const;
const model = (options: Options = {}) =>
  visionTransformer('visionTransformer', { ...tiny, rng: createRng(3), ...options });
const noise = (seed: number, shape: [number, number, number, number] = [2, 8, 12, 3]) => {
  const rng = createRng(seed);
  const values = Array.from({ length: tf.util.sizeFromShape(shape) }, () => rng.normal());
  return tf.tensor4d(values, shape);
};
const numbers = (tensor: tf.Tensor | undefined) => Array.from((tensor as tf.Tensor).dataSync());
const swap = <T extends tf.Tensor>(x: T) => tf.reverse(x, 0) as T;
const evaluate = { training: false };
const free = ({ logits, embedding, stages, attention }: ClassifierOutput) =>
  tf.dispose([logits, embedding, ...stages, ...(attention ? [attention] : [])]);
const close = (got: number[], wanted: number[], tolerance = 1e-6) => {
  expect(got).toHaveLength(wanted.length);
  got.forEach((value, index) => expect(Math.abs(value - (wanted[index] as number))).toBeLessThan(tolerance));
};
function caught(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('visionTransformer', () => {
  useBackend('wasm');

  it('gives logits, embedding, four stages and the last attention', () => {
    const { logits, embedding, stages, attention } = model().forward(noise(1), evaluate);
    expect(logits.shape).toEqual([2, 3]);
    expect(embedding.shape).toEqual([2, 8]);
    expect(stages.map(({ shape }) => shape)).toEqual(new Array(4).fill([2, 2, 3, 8]));
    expect(attention?.shape).toEqual([2, 2, 7, 7]);
    for (const sum of numbers(tf.sum(attention as tf.Tensor4D, 3))) expect(sum).toBeCloseTo(1, 5);
  });

  it("has timm's names and shapes", () => {
    const { tensors } = model().state();
    const shapes = Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape]));
    expect(shapes).toMatchObject({
      cls_token: [1, 1, 8],
      pos_embed: [1, 7, 8],
      'patch_embed.proj.weight': [8, 3, 4, 4],
      'patch_embed.proj.bias': [8],
      'blocks.0.norm1.weight': [8],
      'blocks.3.attn.qkv.weight': [24, 8],
      'blocks.3.attn.proj.bias': [8],
      'blocks.3.mlp.fc1.weight': [32, 8],
      'blocks.3.mlp.fc2.weight': [8, 32],
      'norm.bias': [8],
      'head.weight': [3, 8],
    });
    expect(Object.keys(tensors)).toHaveLength(8 + 4 * 12);
  });

  it("draws timm's initial weights from the seed alone", () => {
    const { tensors } = model({ width: 64 }).state();
    const deviation = (name: string) =>
      Math.hypot(...numbers(tensors[name])) / Math.sqrt(tensors[name]!.size);
    expect(deviation('blocks.1.mlp.fc1.weight')).toBeCloseTo(0.02, 3);
    expect(deviation('pos_embed')).toBeCloseTo(0.02, 2);
    expect(deviation('cls_token') / 1e-6).toBeCloseTo(1, 0);
    expect(deviation('blocks.1.mlp.fc1.bias')).toBe(0);
    // Uniform in ±1/√48.
    expect(deviation('patch_embed.proj.weight')).toBeCloseTo(1 / Math.sqrt(3 * 48), 2);
    const weights = (seed: number) => numbers(model({ rng: createRng(seed) }).variables['head.weight']);
    expect(weights(0)).toEqual(weights(0));
    expect(weights(0)).not.toEqual(weights(1));
  });

  it('shows each stage and the class token alike to an intercept', () => {
    const network = model();
    const images = noise(1);
    const plain = network.forward(images, evaluate);
    for (const stage of [0, 1, 2, 3, 4]) {
      const same = network.forward(images, { ...evaluate, intercept: { stage, apply: (x) => x } });
      close(numbers(same.logits), numbers(plain.logits));
      // Whatever depends on a sample must have gone through the intercept.
      const swapped = network.forward(images, { ...evaluate, intercept: { stage, apply: swap } });
      close(numbers(swapped.logits), numbers(swap(plain.logits)));
      close(numbers(swapped.stages[3]), numbers(swap(plain.stages[3] as tf.Tensor4D)));
      if (stage > 1) close(numbers(swapped.stages[0]), numbers(plain.stages[0]));
    }
  });

  it('keeps the tensor count flat over forward and backward passes', () => {
    const network = model({ dropPath: 0.5 });
    const images = noise(1);
    const step = () => {
      const loss = () => tf.mean(network.forward(images, { training: true }).logits) as tf.Scalar;
      tf.dispose(tf.variableGrads(loss, Object.values(network.variables)));
      free(network.forward(images, { training: false, intercept: { stage: 1, apply: swap } }));
    };
    const before = tf.memory().numTensors;
    for (let repeat = 0; repeat < 3; repeat++) step();
    expect(tf.memory().numTensors).toBe(before);
    const output = network.forward(images, evaluate);
    expect(tf.memory().numTensors).toBe(before + 7);
    free(output);
    network.dispose();
    network.dispose();
    expect(tf.memory().numTensors).toBe(before - Object.keys(network.variables).length);
  });

  it('skips branches in training, by a stream that belongs to its state', () => {
    const [first, second] = [model({ dropPath: 0.5 }), model({ dropPath: 0.5, rng: createRng(4) })];
    const images = noise(1, [8, 8, 12, 3]);
    const trained = (network: typeof first) => numbers(network.forward(images, { training: true }).logits);
    const evaluated = (network: typeof first) => numbers(network.forward(images, evaluate).logits);
    const one = trained(first);
    expect(one).not.toEqual(trained(first));
    expect(one).not.toEqual(evaluated(first));
    expect(evaluated(first)).toEqual(evaluated(model()));
    const state = first.state();
    second.restore({ tensors: state.tensors, values: JSON.parse(JSON.stringify(state.values)) });
    expect(trained(second)).toEqual(trained(first));
    const before = numbers(second.state().tensors['head.weight']);
    const broken = { tensors: model().state().tensors, values: { dropPath: 'none' } };
    expect(String(caught(() => second.restore(broken)))).toContain('state.values.dropPath must be');
    expect(numbers(second.state().tensors['head.weight'])).toEqual(before);
  });

  it('drops more in later blocks, from nothing in the first', () => {
    const [network, images] = [model({ dropPath: 1 - 1e-9 }), noise(1)];
    const trained = network.forward(images, { training: true }).stages.map(numbers);
    const evaluated = network.forward(images, evaluate).stages.map(numbers);
    expect(trained[0]).toEqual(evaluated[0]);
    expect(evaluated[3]).not.toEqual(evaluated[2]);
    expect(trained[3]).toEqual(trained[2]);
  });

  it('takes weights that say nothing of dropping, and has nothing to say without it', () => {
    const network = model({ dropPath: 0.5 });
    const { values } = network.state();
    network.restore(model().state());
    expect(network.state().values).toEqual(values);
    expect(model().state().values).toEqual({});
  });

  it.each<[string, Options]>([
    [
      'visionTransformer: imageSize must be a multiple of the patchSize 4; got [8,10]',
      { imageSize: [8, 10] },
    ],
    ['visionTransformer: imageSize must be an integer of at least 1; got 0', { imageSize: 0 }],
    ['visionTransformer: patchSize must be an integer of at least 1; got 0.5', { patchSize: 0.5 }],
    ['visionTransformer: dropPath must be a number from 0 to below 1; got 1', { dropPath: 1 }],
    ['visionTransformer: numClasses must be an integer of at least 1; got 0', { numClasses: 0 }],
    ['visionTransformer: inChannels must be an integer of at least 1; got 0', { inChannels: 0 }],
  ])('says: %s', (message, options) => {
    const before = tf.memory().numTensors;
    const error = caught(() => model(options));
    expect(isMixError(error)).toBe(true);
    expect(String(error)).toContain(message);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('says which images it takes', () => {
    const error = caught(() => model().forward(noise(1, [2, 12, 8, 3]), evaluate));
    expect(String(error)).toContain('Classifier.forward: images must be [B,8,12,3]; got [2,12,8,3]');
    expect(isMixError(error) && error.code).toBe('SHAPE');
    const intercept = { stage: 5, apply: swap };
    expect(String(caught(() => model().forward(noise(1), { ...evaluate, intercept })))).toContain(
      'intercept.stage must be from 0 (the input) to 4 (the last stage); got 5',
    );
  });
});

describe.each(testedBackends('cpu', 'wasm'))('gradients of a vision transformer on %s', (backend) => {
  useBackend(backend);

  it('agree with finite differences along random directions', () => {
    const network = model();
    const rng = createRng(9);
    // timm's first weights leave attention uniform and the class token still.
    for (const variable of Object.values(network.variables)) {
      const values = Array.from({ length: variable.size }, () => 0.4 * rng.normal());
      variable.assign(tf.add(variable, tf.tensor(values, variable.shape)));
    }
    const input = tf.variable(noise(1) as tf.Tensor);
    const target = tf.oneHot([0, 2], 3);
    const loss = () => {
      const { logits, attention } = network.forward(input as tf.Tensor as tf.Tensor4D, { training: true });
      const crossEntropy = tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), target), 1)));
      return tf.add(crossEntropy, tf.mean(tf.square(attention as tf.Tensor4D))) as tf.Scalar;
    };
    const { grads } = tf.variableGrads(loss, [input, ...Object.values(network.variables)]);
    for (const [name, variable] of [['images', input] as const, ...Object.entries(network.variables)]) {
      const gradient = numbers(grads[variable.name]);
      const norm = Math.hypot(...gradient);
      expect(norm, name).toBeGreaterThan(0);
      const raw = gradient.map((slope) => rng.normal() + (2 * slope) / norm);
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
      expect(Math.abs(slope - wanted), name).toBeLessThan(0.01 * norm + 2e-4);
    }
  });
});
