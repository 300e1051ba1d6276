import { createRng, identity, isMixError, type Mixer, perSample, smoothTargets, withProb } from '@mix/core';
import { cutmix, manifoldMixup, mixup, ricap } from '@mix/handcrafted';
import { tinyBatch, twoLayerClassifier, useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { type SumixOptions, sumix } from './sumix.js';

useBackend('cpu');

const noise = (shape: [number, number], seed: number): tf.Tensor2D => {
  const rng = createRng(seed);
  return tf.tensor2d(
    Float32Array.from({ length: shape[0] * shape[1] }, () => rng.normal()),
    shape,
  );
};
const network = () =>
  twoLayerClassifier(
    {
      weight1: noise([8, 6], 1),
      bias1: noise([1, 6], 2),
      weight2: noise([6, 3], 3),
      bias2: noise([1, 3], 4),
    },
    tf.tanh,
  );
const batch = () => tinyBatch({ size: 6, height: 2, width: 2, channels: 2 });
const context = () => ({ rng: createRng(4), step: 0, progress: 0 });
const head = () => ({ embeddingSize: 6, numClasses: 3, rng: createRng(7) });
const number = (x: tf.Tensor | undefined): number => x?.dataSync()[0] as number;

/** The gradient of a step by each variable of the group `classifier`. */
function stepGradients(mixer: Mixer, options: SumixOptions): Record<string, number[] | undefined> {
  const classifier = network();
  const method = sumix(mixer, options);
  const variables = { ...classifier.variables, ...method.groups['classifier'] };
  const loss = () => method.step(classifier, batch(), context()).losses['classifier'] as tf.Scalar;
  const { grads } = tf.variableGrads(loss, Object.values(variables));
  return Object.fromEntries(
    Object.entries(variables).map(([name, variable]) => {
      const gradient = grads[variable.name];
      return [name, gradient ? [...gradient.dataSync()] : undefined];
    }),
  );
}

describe('sumix', () => {
  it.each<[string, Mixer]>([
    ['λ by batch', mixup()],
    ['λ by row', cutmix({ mode: 'elem' })],
    ['rows unmixed by a combinator', perSample([mixup({ mode: 'elem' }), identity])],
  ])('trains network and head with %s', (_, mixer) => {
    const gradients = stepGradients(mixer, { head: head() });
    expect(Object.keys(gradients)).toEqual([
      ...['weight1', 'bias1', 'weight2', 'bias2', 'sumix.uncertain.weight', 'sumix.uncertain.bias'],
    ]);
    for (const [name, gradient] of Object.entries(gradients)) {
      expect(Math.max(...(gradient ?? [0]).map(Math.abs)), name).toBeGreaterThan(1e-6);
    }
  });

  it('is plain training where nothing is mixed', () => {
    const method = sumix(withProb(cutmix(), 0), { head: head(), gamma: 0 });
    const { losses, metrics } = method.step(network(), batch(), context());
    const { logits } = network().forward(batch().images, { training: true });
    const hard = tf.losses.softmaxCrossEntropy(tf.oneHot(batch().labels as tf.Tensor1D, 3), logits);
    expect(number(losses['classifier'])).toBeCloseTo(number(hard), 5);
    expect(number(metrics['lam'])).toBe(1);
    expect(number(metrics['ratio'])).toBe(1);
  });

  it('reports λ, the ratio by its own weights and the regulariser', () => {
    const method = sumix(mixup({ alpha: 1 }), { head: head(), tau: 4 });
    const { metrics } = method.step(network(), batch(), context());
    expect(Object.keys(metrics)).toEqual(['lam', 'mixedAccuracy', 'ratio', 'regulariser']);
    expect(Math.abs(number(metrics['lam']) - number(metrics['ratio']))).toBeGreaterThan(1e-3);
    expect(number(metrics['regulariser'])).toBeGreaterThan(0);
  });

  it('with detachClean has the same loss, and other gradients of the network only', () => {
    const whole = stepGradients(mixup(), { head: head() });
    const detached = stepGradients(mixup(), { head: head(), detachClean: true });
    const farthest = (name: string): number =>
      Math.max(...(whole[name] ?? []).map((value, at) => Math.abs(value - (detached[name]?.[at] as number))));
    expect(farthest('sumix.uncertain.weight')).toBeLessThan(1e-7);
    expect(farthest('weight1')).toBeGreaterThan(1e-5);
    const loss = (detachClean: boolean): number => {
      const method = sumix(mixup(), { head: head(), detachClean });
      return number(method.step(network(), batch(), context()).losses['classifier']);
    };
    expect(loss(true)).toBeCloseTo(loss(false), 6);
  });

  it('without isNorm takes the logits for uncertainty, and has no variables', () => {
    const method = sumix(mixup(), { isNorm: false });
    expect(method.groups).toEqual({});
    expect(Number.isFinite(number(method.step(network(), batch(), context()).losses['classifier']))).toBe(
      true,
    );
    expect(stepGradients(mixup(), { isNorm: false })['weight2']).not.toEqual(
      stepGradients(mixup(), { isNorm: false, detachClean: true })['weight2'],
    );
  });

  it('does not train the mixer', () => {
    const scale = tf.variable(tf.scalar(1));
    const learned: Mixer = (given, { rng }) => {
      const mixed = mixup()(given, { rng });
      return { ...mixed, images: tf.mul(mixed.images, scale) };
    };
    const [classifier, method] = [network(), sumix(learned, { head: head() })];
    const loss = () => method.step(classifier, batch(), context()).losses['classifier'] as tf.Scalar;
    const { grads } = tf.variableGrads(loss, [...Object.values(classifier.variables), scale]);
    expect(Object.keys(grads)).toContain(classifier.variables['weight1']?.name);
    expect(grads[scale.name] ?? null).toBeNull();
  });

  it('does not change what the network says', () => {
    const classifier = network();
    const before = classifier.forward(batch().images, { training: false }).logits.dataSync();
    const method = sumix(mixup(), { head: head() });
    for (const variable of Object.values(method.groups['classifier'] ?? {}))
      variable.assign(tf.onesLike(variable));
    method.step(classifier, batch(), context());
    expect(classifier.forward(batch().images, { training: false }).logits.dataSync()).toEqual(before);
  });

  it('saves and restores its layer in the layout of PyTorch', () => {
    const [one, other] = [
      sumix(mixup(), { head: head() }),
      sumix(mixup(), { head: { ...head(), rng: createRng(8) } }),
    ];
    const state = one.state();
    expect(state.tensors['uncertain.weight']?.shape).toEqual([3, 6]);
    other.restore(state);
    const step = (method: typeof one) =>
      number(method.step(network(), batch(), context()).losses['classifier']);
    expect(step(other)).toBe(step(one));
    expect(() => other.restore({ tensors: { 'uncertain.bias': tf.zeros([3]) }, values: {} })).toThrow(
      'must hold uncertain.bias [3], uncertain.weight [3,6]; got uncertain.bias [3]',
    );
    expect(() => sumix(mixup(), { isNorm: false }).restore(state)).toThrow(
      /must hold nothing; got uncertain.bias/,
    );
  });

  it('leaves nothing behind', () => {
    const [classifier, data] = [network(), batch()];
    const before = tf.memory().numTensors;
    const method = sumix(mixup(), { head: head(), detachClean: true });
    tf.tidy(() => {
      method.step(classifier, data, context());
    });
    expect(tf.memory().numTensors).toBe(before + 2);
    method.dispose();
    method.dispose();
    expect(tf.memory().numTensors).toBe(before);
    expect(() => method.step(classifier, data, context())).toThrow('sumix: head must not be disposed');
    expect(() => method.state()).toThrow('sumix: head must not be disposed');
  });
});

describe('sumix refuses', () => {
  const smoothed: Mixer = (given, { rng }) => {
    const mixed = mixup()(given, { rng });
    return { ...mixed, targets: smoothTargets(mixed.targets, { smoothing: 0.1, numClasses: 3 }) };
  };
  const soft = () => ({ ...batch(), labels: tf.ones<tf.Rank.R2>([6, 3]) });
  const refused = (run: () => unknown): string => {
    try {
      run();
    } catch (error) {
      expect(isMixError(error) && error.code).toBe('UNSUPPORTED');
      return String(error);
    }
    return 'nothing thrown';
  };
  it('methods, those that mix features among them', () => {
    expect(refused(() => sumix(manifoldMixup() as never, { head: head() }))).toContain(
      "sumix: mixer must be a mixer: a function of a batch, such as cutmix(); got method 'manifoldMixup'. Methods are none",
    );
    expect(refused(() => sumix(undefined as never, { head: head() }))).toContain('got undefined');
  });

  it.each<[string, Mixer, () => ReturnType<typeof batch>, string]>([
    ['mixers of four images', ricap(), batch, 'sumix: mixer must mix two images a row; got 4 sources'],
    ['dense targets', smoothed, batch, 'the mixer must keep them sparse; got dense targets'],
    [
      'soft labels',
      mixup(),
      soft,
      'sumix: batch must have int32 labels [B], and the mixer must keep them sparse; got [6,3]',
    ],
  ])('%s', (_, mixer, data, message) => {
    const method = sumix(mixer, { head: head() });
    const [classifier, given] = [network(), data()];
    const before = tf.memory().numTensors;
    expect(refused(() => method.step(classifier, given, context()))).toContain(message);
    // What a mixer by hand replaced is that mixer's own.
    expect(tf.memory().numTensors - before).toBe(mixer === smoothed ? 2 : 0);
  });

  it.each([
    [{}, /sumix: head must be given, unless isNorm is false/],
    [{ head: head(), isNorm: false }, /sumix: head must be left out with isNorm: false/],
    [{ head: { ...head(), embeddingSize: 0 } }, /sumix: head.embeddingSize must be an integer of at least 1/],
    [{ head: head(), gamma: Number.NaN }, /sumix: gamma must be a finite number of at least 0/],
    [{ head: head(), labelSmoothing: 2 }, /sumix: labelSmoothing must be a number from 0 to 1/],
  ])('%j', (options, message) => {
    expect(() => sumix(mixup(), options)).toThrow(message);
  });

  it.each([
    [{ embeddingSize: 5 }, "sumix: head.embeddingSize must equal the classifier's, 6; got 5"],
    [{ numClasses: 4 }, "sumix: head.numClasses must equal the classifier's, 3; got 4"],
  ])('a head of other sizes: %j', (sizes, message) => {
    const method = sumix(mixup(), { head: { ...head(), ...sizes } });
    expect(() => method.step(network(), batch(), context())).toThrow(message);
  });
});
