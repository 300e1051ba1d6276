import { createRng, isMixError, plainTargets, softCrossEntropy } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { fromLayersModel } from './from-layers-model.js';

const taps = { stages: ['stem', 'block'] };
/** A convolution, a residual block, global pooling and a dense layer with softmax; pairs of names are unique to a model. */
function build({
  last = 'softmax',
  head = 'dense',
}: {
  last?: 'softmax' | 'tanh';
  head?: 'dense' | 'conv';
} = {}) {
  const { layers, initializers } = tfl;
  const input = tfl.input({ shape: [6, 8, 3] });
  // Seeded, all of it: dropout of a few channels may leave none.
  const seeded = (seed: number) => ({
    kernelInitializer: initializers.glorotUniform({ seed }),
    biasInitializer: initializers.randomNormal({ seed: seed + 1 }),
  });
  const conv = (name: string, filters: number, strides = 1) =>
    layers.conv2d({
      name,
      filters,
      kernelSize: 3,
      strides,
      padding: 'same',
      ...seeded(name === 'conv1' ? 1 : 3),
    });
  const stem = layers.activation({ name: 'stem', activation: 'relu' }).apply(conv('conv1', 4).apply(input));
  const normal = layers.batchNormalization({ name: 'bn' }).apply(conv('conv2', 4).apply(stem));
  const block = layers.add({ name: 'block' }).apply([normal, stem] as tfl.SymbolicTensor[]);
  const pooled = layers.globalAveragePooling2d({ name: 'pool' }).apply(block);
  let output: unknown;
  if (head === 'dense') {
    const dropped = layers.dropout({ rate: 0.5, seed: 5 }).apply(pooled);
    output = layers.dense({ name: 'fc', units: 3, activation: last, ...seeded(7) }).apply(dropped);
  } else {
    const map = layers.reshape({ targetShape: [1, 1, 4] }).apply(pooled);
    const scores = layers.conv2d({ name: 'scores', filters: 3, kernelSize: 1, ...seeded(9) }).apply(map);
    output = layers.softmax().apply(layers.reshape({ targetShape: [3] }).apply(scores));
  }
  return tfl.model({ inputs: input, outputs: output as tfl.SymbolicTensor });
}
const noise = (seed = 1) => {
  const rng = createRng(seed);
  return tf.tensor4d(
    Array.from({ length: 2 * 6 * 8 * 3 }, () => rng.normal()),
    [2, 6, 8, 3],
  );
};
const numbers = (x: tf.Tensor | undefined) => Array.from((x as tf.Tensor).dataSync());
const swap = (x: tf.Tensor4D) => tf.reverse(x, 0);
const evaluate = { training: false };
function close(got: tf.Tensor | undefined, wanted: tf.Tensor): void {
  expect(got?.shape).toEqual(wanted.shape);
  const expected = numbers(wanted);
  for (const [index, value] of numbers(got).entries()) expect(value).toBeCloseTo(expected[index]!, 5);
}

describe('fromLayersModel', () => {
  useBackend('wasm');

  it.each(['dense', 'conv'] as const)(
    'gives the logits, embedding and stages of a model that ends in %s',
    (head) => {
      const model = build({ head });
      const classifier = fromLayersModel(model, { ...taps, embedding: 'pool' });
      const { logits, embedding, stages } = classifier.forward(noise(), evaluate);
      close(tf.softmax(logits), model.predict(noise()) as tf.Tensor);
      expect(numbers(tf.max(tf.abs(tf.sum(logits, 1))))[0]).toBeGreaterThan(1e-3);
      expect(classifier.numClasses).toBe(3);
      const outputs = ['stem', 'block', 'pool'].map(
        (name) => model.getLayer(name).output as tfl.SymbolicTensor,
      );
      const wanted = tfl.model({ inputs: model.inputs, outputs }).predict(noise()) as tf.Tensor[];
      [...stages, embedding].forEach((value, index) => close(value, wanted[index]!));
      expect(classifier.guide.classifierWeights === undefined).toBe(head === 'conv');
    },
  );

  it('takes what goes into the last dense layer as its embedding, unless told otherwise', () => {
    const { logits, embedding } = fromLayersModel(build(), taps).forward(noise(), evaluate);
    const { guide } = fromLayersModel(build(), taps);
    expect(embedding.shape).toEqual([2, 4]);
    expect(guide.classifierWeights?.().kernel.shape).toEqual([4, 3]);
    expect(logits.shape).toEqual([2, 3]);
  });

  it('changes a stage in mid-forward, and what depends on it', () => {
    const classifier = fromLayersModel(build(), taps);
    const plain = classifier.forward(noise(), evaluate);
    for (const stage of [0, 1, 2]) {
      const same = classifier.forward(noise(), { ...evaluate, intercept: { stage, apply: (x) => x } });
      close(same.logits, plain.logits);
      const swapped = classifier.forward(noise(), { ...evaluate, intercept: { stage, apply: swap } });
      close(swapped.logits, tf.reverse(plain.logits, 0));
      close(swapped.stages[1], swap(plain.stages[1]!));
      close(swapped.stages[0], stage < 2 ? swap(plain.stages[0]!) : plain.stages[0]!);
    }
    const kept = tf.zerosLike(plain.stages[0]!);
    const { stages } = classifier.forward(noise(), {
      ...evaluate,
      intercept: { stage: 1, apply: () => kept },
    });
    tf.dispose(stages);
    expect(kept.isDisposed).toBe(false);
  });

  it('has the probes of a guide', () => {
    const classifier = fromLayersModel(build(), taps);
    const { guide } = classifier;
    const { logits, embedding, stages } = classifier.forward(noise(), evaluate);
    close(guide.features(noise(), 1), stages[0]!);
    close(guide.features(noise(), 'last'), stages[1]!);
    for (const stage of [1, 2, 'last'] as const) {
      close(guide.forwardFrom?.(guide.features(noise(), stage), stage), logits);
    }
    const { kernel, bias } = guide.classifierWeights!();
    close(tf.add(tf.matMul(embedding, kernel), bias), logits);
  });

  it('trains in training mode: batch statistics, their moving averages, and dropout', () => {
    const model = build();
    const classifier = fromLayersModel(model, taps);
    const mean = () => numbers(model.getLayer('bn').weights[2]?.read());
    const labels = tf.tensor1d([0, 2], 'int32');
    const lossOf = () =>
      softCrossEntropy(classifier.forward(noise(), { training: true }).logits, plainTargets(labels));
    const before = mean();
    classifier.forward(noise(), evaluate);
    expect(mean()).toEqual(before);
    const { grads } = tf.variableGrads(
      () => tf.mean(lossOf()) as tf.Scalar,
      Object.values(classifier.variables),
    );
    expect(mean()).not.toEqual(before);
    expect(Object.keys(classifier.variables)).toHaveLength(8);
    for (const name of ['conv1/kernel', 'bn/gamma', 'fc/kernel', 'fc/bias']) {
      const gradient = grads[classifier.variables[name]!.name]!;
      expect(numbers(tf.norm(gradient))[0], name).toBeGreaterThan(0);
    }
    const embeddings = Array.from(
      { length: 8 },
      () => classifier.forward(noise(), { training: true }).embedding,
    );
    expect(numbers(tf.sum(tf.equal(tf.stack(embeddings), 0)))[0]).toBeGreaterThan(0);
  });

  it.each(['eval', 'train'] as const)(
    'takes the gradient by the images in mode %s and keeps its averages',
    (mode) => {
      const { layers } = tfl;
      // Without dropout, which draws anew for each pass.
      const kernelInitializer = tfl.initializers.randomNormal({ stddev: 1, seed: 7 });
      const model = tfl.sequential({
        layers: [
          layers.conv2d({
            name: 'c',
            filters: 2,
            kernelSize: 3,
            inputShape: [null, null, 1],
            kernelInitializer,
          }),
          layers.batchNormalization({ name: 'n' }),
          layers.activation({ activation: 'tanh' }),
          layers.globalAveragePooling2d({}),
          layers.dense({ units: 2, useBias: false, kernelInitializer }),
        ],
      });
      const classifier = fromLayersModel(model, { stages: ['c'] });
      const images = tf.tensor4d([1, 3, 0, -1, 2, 4, 1, 0, -2, 1, 5, 2, 0, 1, 1, 3], [1, 4, 4, 1]);
      const labels = tf.tensor1d([1], 'int32');
      const before = numbers(model.getLayer('n').weights[2]?.read());
      const { grad, loss } = classifier.guide.inputGradient(images, labels, { mode });
      expect(numbers(model.getLayer('n').weights[2]?.read())).toEqual(before);
      const lossAt = (x: tf.Tensor4D) =>
        numbers(
          softCrossEntropy(
            classifier.forward(x, { training: mode === 'train' }).logits,
            plainTargets(labels),
          ),
        )[0]!;
      expect(numbers(loss)[0]).toBeCloseTo(lossAt(images), 5);
      const norm = tf.norm(grad);
      const step = tf.mul(tf.div(grad, norm), 1e-2) as tf.Tensor4D;
      const slope = (lossAt(tf.add(images, step)) - lossAt(tf.sub(images, step))) / 2e-2;
      expect(slope / numbers(norm)[0]!).toBeCloseTo(1, 1);
      expect(numbers(classifier.guide.classifierWeights!().bias)).toEqual([0, 0]);
    },
  );

  it('gives and takes back its state by names, all or nothing', () => {
    const [one, other] = [fromLayersModel(build(), taps), fromLayersModel(build(), taps)];
    const state = one.state();
    expect(Object.keys(state.tensors)).toEqual(
      [
        'conv1/kernel',
        'conv1/bias',
        'conv2/kernel',
        'conv2/bias',
        'bn/gamma',
        'bn/beta',
        'fc/kernel',
        'fc/bias',
      ].concat(['bn/moving_mean', 'bn/moving_variance']),
    );
    other.restore(state);
    close(other.forward(noise(), evaluate).logits, one.forward(noise(), evaluate).logits);
    const { 'fc/bias': bias, ...less } = state.tensors;
    let caught: unknown;
    try {
      other.restore({ tensors: less, values: {} });
    } catch (error) {
      caught = error;
    }
    expect(isMixError(caught) && caught.code).toBe('STATE_MISMATCH');
    expect(String(caught)).toContain('1 missing (fc/bias)');
    expect(bias?.shape).toEqual([3]);
  });

  it('leaves no tensors behind', () => {
    const classifier = fromLayersModel(build(), taps);
    const images = noise();
    const labels = tf.tensor1d([0, 1], 'int32');
    const step = () => {
      for (const training of [true, false]) {
        const { logits, embedding, stages } = classifier.forward(images, {
          training,
          intercept: { stage: 1, apply: swap },
        });
        tf.dispose([logits, embedding, ...stages]);
      }
      tf.dispose(classifier.guide.inputGradient(images, labels, { mode: 'train' }));
      tf.dispose([classifier.guide.features(images, 1), classifier.guide.classifierWeights!()]);
      tf.dispose(classifier.state().tensors);
    };
    step();
    const before = tf.memory().numTensors;
    step();
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each<[string, () => unknown]>([
    [
      'fromLayersModel: taps.stages must name layers of the model; got "stage1". It has input',
      () => fromLayersModel(build(), { stages: ['stage1'] }),
    ],
    [
      'fromLayersModel: taps.stages must name at least one layer; got []',
      () => fromLayersModel(build(), { stages: [] }),
    ],
    [
      'fromLayersModel: taps.stages must name layers that give [B,h,w,C]; got "[,4] from \'pool\'"',
      () => fromLayersModel(build(), { stages: ['stem', 'pool'] }),
    ],
    [
      'fromLayersModel: taps.stages must follow each other in the forward pass; got ["block","stem"]',
      () => fromLayersModel(build(), { stages: ['block', 'stem'] }),
    ],
    [
      "fromLayersModel: model must end in logits, a softmax or a sigmoid; its layer 'fc' ends in tanh",
      () => fromLayersModel(build({ last: 'tanh' }), taps),
    ],
    [
      "fromLayersModel: model must end in logits, a softmax or a sigmoid; its layer 'scores' ends in softmax, whose result is reshaped",
      () => {
        const { layers, sequential } = tfl;
        const scores = layers.conv2d({ name: 'scores', filters: 3, kernelSize: 1, activation: 'softmax' });
        const input = layers.inputLayer({ inputShape: [1, 1, 4] });
        return fromLayersModel(sequential({ layers: [input, scores, layers.flatten()] }), {
          stages: ['scores'],
          embedding: 'scores',
        });
      },
    ],
    [
      "fromLayersModel: model must end in logits, a softmax or a sigmoid; its layer 'inner' ends in a model within the model",
      () => {
        const { layers, sequential } = tfl;
        const dense = layers.dense({ units: 3, activation: 'softmax', inputShape: [4] });
        const conv = layers.conv2d({ name: 'conv', filters: 4, kernelSize: 1, inputShape: [2, 2, 3] });
        const inner = sequential({ name: 'inner', layers: [dense] });
        return fromLayersModel(
          sequential({ layers: [conv, layers.globalAveragePooling2d({ name: 'gap' }), inner] }),
          { stages: ['conv'], embedding: 'gap' },
        );
      },
    ],
    [
      'fromLayersModel: taps.embedding must name a layer where the model does not end in a dense one; got ',
      () => fromLayersModel(build({ head: 'conv' }), taps),
    ],
    [
      "fromLayersModel: the model's input 'input",
      () => {
        const { guide } = fromLayersModel(build(), { stages: ['conv2'] });
        return guide.forwardFrom?.(guide.features(noise(), 1), 1);
      },
    ],
    [
      'Classifier.forward: images must be [B,6,8,3]; got [2,8,6,3]',
      () => fromLayersModel(build(), taps).forward(tf.ones([2, 8, 6, 3]), evaluate),
    ],
    [
      'Classifier.forward: intercept.stage must be from 0 (the input) to 2 (the last stage); got 3',
      () =>
        fromLayersModel(build(), taps).forward(noise(), {
          ...evaluate,
          intercept: { stage: 3, apply: swap },
        }),
    ],
  ])('says: %s', (message, action) => {
    let caught: unknown;
    try {
      action();
    } catch (error) {
      caught = error;
    }
    expect(isMixError(caught)).toBe(true);
    expect(String(caught)).toContain(message);
  });
});
