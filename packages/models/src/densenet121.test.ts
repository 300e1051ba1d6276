import { createRng } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { densenet121 } from './densenet121.js';
import { densenet } from './internal/densenet.js';

const tiny = { growthRate: 2, numClasses: 3 };

describe('densenet121', () => {
  useBackend('wasm');

  it.each([
    ['cifar', 16],
    ['imagenet', 64],
  ] as const)('with the %s stem gives its four stages', (stem, side) => {
    const model = densenet121({ ...tiny, stem, rng: createRng(0) });
    const images = tf.ones<tf.Rank.R4>([1, side, side, 3]);
    const { logits, embedding, stages } = model.forward(images, { training: false });
    expect(stages.map(({ shape }) => shape)).toEqual([
      [1, 16, 16, 16],
      [1, 8, 8, 32],
      [1, 4, 4, 64],
      [1, 2, 2, 64],
    ]);
    expect(embedding.shape).toEqual([1, 64]);
    expect(logits.shape).toEqual([1, 3]);
  });

  it("has torchvision's parameters", () => {
    const { tensors } = densenet121({ ...tiny, stem: 'imagenet', rng: createRng(0) }).state();
    const shapes = Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape]));
    expect(shapes).toMatchObject({
      'features.conv0.weight': [4, 3, 7, 7],
      'features.norm0.running_var': [4],
      'features.denseblock1.denselayer1.norm1.weight': [4],
      'features.denseblock1.denselayer6.conv1.weight': [8, 14, 1, 1],
      'features.denseblock1.denselayer6.norm2.weight': [8],
      'features.denseblock1.denselayer6.conv2.weight': [2, 8, 3, 3],
      'features.transition1.norm.bias': [16],
      'features.transition1.conv.weight': [8, 16, 1, 1],
      'features.denseblock4.denselayer16.conv2.weight': [2, 8, 3, 3],
      'features.norm5.weight': [64],
      'classifier.weight': [3, 64],
    });
    // torchvision.models.densenet121().state_dict() has as many entries.
    expect(Object.keys(tensors)).toHaveLength(727);
  });
});

describe('densenet', () => {
  useBackend('wasm');
  const shallow = (options = {}) =>
    densenet('densenet', { ...tiny, stem: 'cifar', rng: createRng(0), ...options }, [2, 1]);
  const images = () => tf.reshape(tf.sin(tf.range(0, 2 * 8 * 6 * 3)), [2, 8, 6, 3]) as tf.Tensor4D;

  it('keeps what came before in front of what each layer adds', () => {
    const model = shallow();
    const [first] = model.forward(images(), { training: false }).stages as [tf.Tensor4D];
    const cut = (zeroed: string) => {
      const weight = model.variables[zeroed] as tf.Variable;
      const kept = tf.clone(weight);
      weight.assign(tf.zerosLike(weight));
      const [changed] = model.forward(images(), { training: false }).stages as [tf.Tensor4D];
      weight.assign(kept);
      const same = tf.equal(changed, first);
      return (tf.all(same, [0, 1, 2]).arraySync() as unknown as number[]).map(Boolean);
    };
    const [kept, changed] = [true, false];
    expect(first.shape).toEqual([2, 8, 6, 8]);
    expect(cut('features.denseblock1.denselayer2.conv2.weight')).toEqual([
      kept,
      kept,
      kept,
      kept,
      kept,
      kept,
      changed,
      changed,
    ]);
    expect(cut('features.denseblock1.denselayer1.conv2.weight')).toEqual([
      kept,
      kept,
      kept,
      kept,
      changed,
      changed,
      changed,
      changed,
    ]);
  });

  it('lets gradients reach images and every parameter, and leaves no tensors behind', () => {
    const model = shallow();
    const input = tf.variable(images());
    const loss = () =>
      tf.sum(tf.square(model.forward(input as tf.Tensor as tf.Tensor4D, { training: true }).logits));
    const step = () => tf.variableGrads(loss as () => tf.Scalar, [input, ...Object.values(model.variables)]);
    const { value, grads } = step();
    for (const gradient of Object.values(grads)) {
      expect(tf.sum(tf.abs(gradient)).arraySync()).toBeGreaterThan(0);
    }
    tf.dispose([value, grads]);
    const before = tf.memory().numTensors;
    tf.dispose(step());
    expect(tf.memory().numTensors).toBe(before);
  });

  it('drops in training alone, from a stream that its state keeps', () => {
    const model = shallow({ dropout: 0.5 });
    const zeros = (training: boolean) => {
      const [first] = model.forward(images(), { training }).stages;
      const added = tf.slice(first as tf.Tensor4D, [0, 0, 0, 6]);
      return Array.from(added.dataSync(), (value) => value === 0).join();
    };
    expect(zeros(false)).not.toContain('true');
    const state = model.state();
    const drawn = zeros(true);
    expect(zeros(true)).not.toBe(drawn);
    model.restore(state);
    expect(zeros(true)).toBe(drawn);
  });

  it.each([
    [{ stem: 'patch' }, `densenet: stem must be one of 'cifar', 'imagenet'; got "patch"`],
    [{ growthRate: 0 }, 'densenet: growthRate must be an integer of at least 1; got 0'],
    [{ bnSize: 0.5 }, 'densenet: bnSize must be an integer of at least 1; got 0.5'],
    [{ dropout: 1 }, 'densenet: dropout must be a number from 0 to below 1; got 1'],
  ])('refuses %j', (options, message) => {
    expect(() => shallow(options)).toThrow(message);
  });

  it('says that images are too small', () => {
    expect(() => shallow().forward(tf.ones([1, 1, 4, 3]), { training: false })).toThrow(
      'Classifier.forward: images must leave features.transition1.pool a map of at least 2x2; got "1x4"',
    );
  });
});
