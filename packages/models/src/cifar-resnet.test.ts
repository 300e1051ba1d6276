import { createRng, isMixError } from '@mix/core';
import { testedBackends, useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { cifarResnet } from './cifar-resnet.js';
import { countParameters } from './count-parameters.js';
import type { Model } from './model.js';

const tiny = { depth: 8, width: 2, numClasses: 3 } as const;
const images = () => {
  const rng = createRng(11);
  return tf.tensor4d(
    Array.from({ length: 4 * 8 * 8 * 3 }, () => rng.normal()),
    [4, 8, 8, 3],
  );
};
const weights = (model: Model) => Object.values(model.state().tensors).map((tensor) => tensor.arraySync());

describe('cifarResnet', () => {
  useBackend('wasm');

  it('draws its weights from the seed alone', () => {
    const build = (seed: number) => weights(cifarResnet({ ...tiny, rng: createRng(seed) }));
    expect(build(0)).toEqual(build(0));
    expect(build(5)).toEqual(build(5));
    expect(build(0)).not.toEqual(build(5));
  });

  it('leaves the rng where it was', () => {
    const rng = createRng(0);
    cifarResnet({ ...tiny, rng });
    expect(rng.state()).toEqual(createRng(0).state());
  });

  it('begins each block as its shortcut with zeroInitResidual', () => {
    const model = cifarResnet({ ...tiny, rng: createRng(0), zeroInitResidual: true });
    const { tensors } = model.state();
    expect(tensors['layer1.0.bn2.weight']?.arraySync()).toEqual([0, 0]);
    expect(tensors['layer1.0.bn1.weight']?.arraySync()).toEqual([1, 1]);
  });

  it.each([true, 'statistics'] as const)('uses and keeps its running statistics: frozen %s', (how) => {
    const free = cifarResnet({ ...tiny, rng: createRng(0) });
    free.forward(images(), { training: true });
    const frozen = cifarResnet({ ...tiny, rng: createRng(1), batchNorm: { frozen: how } });
    frozen.restore(free.state());
    const before = weights(frozen);
    const trained = frozen.forward(images(), { training: true });
    const evaluated = free.forward(images(), { training: false });
    expect(trained.logits.arraySync()).toEqual(evaluated.logits.arraySync());
    expect(weights(frozen)).toEqual(before);
    const normalisation = (name: string) => /bn\d|downsample\.1/.test(name);
    expect(Object.keys(frozen.variables)).toEqual(
      Object.keys(free.variables).filter((name) => how !== true || !normalisation(name)),
    );
    expect(countParameters(frozen)).toBe(countParameters(free));
  });

  it('updates statistics in training alone, and inside variableGrads too', () => {
    const model = cifarResnet({ ...tiny, rng: createRng(0) });
    const tracked = () => model.state().tensors['layer3.0.bn2.num_batches_tracked']?.arraySync();
    model.forward(images(), { training: false });
    expect(tracked()).toBe(0);
    const loss = () => tf.mean(model.forward(images(), { training: true }).logits) as tf.Scalar;
    const { grads } = tf.variableGrads(loss, Object.values(model.variables));
    expect(tracked()).toBe(1);
    expect(Object.keys(grads)).toHaveLength(Object.keys(model.variables).length);
  });

  it.each([
    [
      'depth',
      { ...tiny, depth: 18 },
      'cifarResnet: depth must be 6n + 2 with n at least 1 (8, 14, 20, ...); got 18',
    ],
    ['width', { ...tiny, width: 0 }, 'cifarResnet: width must be an integer of at least 1; got 0'],
    [
      'numClasses',
      { ...tiny, numClasses: 0 },
      'cifarResnet: numClasses must be an integer of at least 1; got 0',
    ],
    [
      'inChannels',
      { ...tiny, inChannels: 0 },
      'cifarResnet: inChannels must be an integer of at least 1; got 0',
    ],
    [
      'batchNorm.momentum',
      { ...tiny, batchNorm: { momentum: 2 } },
      'cifarResnet: batchNorm.momentum must be a number from 0 to 1; got 2',
    ],
    [
      'batchNorm.frozen',
      { ...tiny, batchNorm: { frozen: 'affine' as 'statistics' } },
      `cifarResnet: batchNorm.frozen must be true, false or 'statistics'; got "affine"`,
    ],
    [
      'batchNorm.epsilon',
      { ...tiny, batchNorm: { epsilon: 0 } },
      'cifarResnet: batchNorm.epsilon must be a finite number above 0; got 0',
    ],
  ])('refuses a bad %s', (argument, options, message) => {
    const before = tf.memory().numTensors;
    let caught: unknown;
    try {
      cifarResnet({ ...options, rng: createRng(0) });
    } catch (error) {
      caught = error;
    }
    expect(isMixError(caught) && caught.argument).toBe(argument);
    expect(String(caught)).toContain(message);
    expect(tf.memory().numTensors).toBe(before);
  });
});

// Central differences along random directions. Large offsets hold every ReLU open or shut, so that no step crosses a bend.
describe.each(testedBackends('cpu', 'wasm'))('gradients of a network on %s', (backend) => {
  useBackend(backend);

  it.each([
    [true, 'identity'],
    [false, 'identity'],
    [true, 'projection'],
    [false, 'projection'],
  ] as const)('agree with finite differences (training %s, shortcut %s)', (training, shortcut) => {
    const model = cifarResnet({ ...tiny, width: 4, shortcut, rng: createRng(2) });
    holdRelus(model);
    model.forward(images(), { training: true });
    const input = tf.variable(images());
    const target = tf.oneHot([0, 1, 2, 1], 3);
    const loss = () => {
      const { logits } = model.forward(input as unknown as tf.Tensor4D, { training });
      return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), target), 1))) as tf.Scalar;
    };
    const names = [
      'conv1.weight',
      'bn1.weight',
      'bn1.bias',
      'layer1.0.conv2.weight',
      'layer2.0.conv1.weight',
    ];
    names.push('layer3.0.bn2.weight', 'layer3.0.bn2.bias', 'fc.weight', 'fc.bias');
    if (shortcut === 'projection') names.push('layer2.0.downsample.0.weight', 'layer2.0.downsample.1.weight');
    const checked = [input, ...names.map((name) => model.variables[name] as tf.Variable)];
    const { grads } = tf.variableGrads(loss, checked);
    const rng = createRng(9);
    for (const variable of checked) {
      const gradient = Array.from((grads[variable.name] as tf.Tensor).dataSync());
      const norm = Math.hypot(...gradient);
      expect(norm).toBeGreaterThan(0);
      for (let repeat = 0; repeat < 2; repeat++) {
        const raw = gradient.map((slope) => rng.normal() + (2 * slope) / norm);
        const length = Math.hypot(...raw);
        const direction = raw.map((value) => value / length);
        const slope = differenceAlong(variable, direction, loss);
        const wanted = gradient.reduce((sum, value, i) => sum + value * (direction[i] as number), 0);
        expect(Math.abs(slope - wanted), `${variable.name} ${variable.shape}`).toBeLessThan(
          0.02 * norm + 2e-4,
        );
      }
    }
  });
});

function differenceAlong(variable: tf.Variable, direction: readonly number[], loss: () => tf.Scalar): number {
  const step = 1e-2;
  const centre = tf.clone(variable);
  const at = (sign: number) =>
    tf.tidy(() => {
      const shift = tf.tensor(
        direction.map((value) => sign * step * value),
        variable.shape,
      );
      variable.assign(tf.add(centre, shift));
      return loss().dataSync()[0] as number;
    });
  const slope = (at(1) - at(-1)) / (2 * step);
  variable.assign(centre);
  return slope;
}

function holdRelus(model: Model): void {
  for (const [name, variable] of Object.entries(model.variables)) {
    if (variable.rank !== 1 || name === 'fc.bias') continue;
    const offsets = Array.from({ length: variable.size }, (_, channel) => (channel % 4 === 3 ? -8 : 8));
    if (name.endsWith('.bias')) variable.assign(tf.tensor1d(offsets));
  }
}
