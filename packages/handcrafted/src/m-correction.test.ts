import { type Classifier, createRng, identity, type Mixer, mixTargets, softCrossEntropy } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { bootstrapTargets, type MCorrectionOptions, mCorrection, mixup, uniformPrior } from './index.js';

useBackend('cpu');

// Pixels are logits.
const classifier: Classifier = {
  numClasses: 2,
  variables: {},
  forward: (images) => {
    const logits = tf.reshape(images, [images.shape[0], 2]) as tf.Tensor2D;
    return { logits, embedding: logits, stages: [] };
  },
  state: () => ({ tensors: {}, values: {} }),
  restore: () => undefined,
};
// Twelve rows that the classifier finds clearly right, and four whose labels it finds clearly wrong.
const batch = () => {
  const sure = Array.from({ length: 16 }, (_, row) => [3 + row / 20, -3]);
  return {
    images: tf.tensor4d(sure.flat(), [16, 1, 2, 1]),
    labels: tf.tensor1d(
      sure.map((_, row) => (row < 12 ? 0 : 1)),
      'int32',
    ),
  };
};
const context = (progress: number) => ({ rng: createRng(1), step: 0, progress });
const lossOf = (method: ReturnType<typeof mCorrection>, progress = 1): number =>
  method.step(classifier, batch(), context(progress)).losses['classifier']?.dataSync()[0] as number;
const made = (options: Partial<MCorrectionOptions> = {}): ReturnType<typeof mCorrection> =>
  mCorrection({ stepsPerFit: 2, mixer: identity, prior: 0, ...options });

describe('bootstrapTargets', () => {
  const labels = (): tf.Tensor1D => tf.tensor1d([0, 1], 'int32');
  const logits = (): tf.Tensor2D => tf.tensor2d([0, 2, 1, 0], [2, 2]);

  it('weighs labels against the opinion', () => {
    const before = tf.memory().numTensors;
    const hard = bootstrapTargets(labels(), logits(), [0.25, 1], { bootstrap: 'hard' });
    expect(tf.memory().numTensors - before).toBe(3);
    expect([...hard.values.dataSync()]).toEqual([0.75, 0.25, 1, 0]);
    const soft = bootstrapTargets(labels(), logits(), [0.25, 0]).values.dataSync();
    expect(soft[1]).toBeCloseTo(0.25 / (1 + Math.exp(-2)), 6);
    expect([soft[2], soft[3]]).toEqual([0, 1]);
    const hardest = bootstrapTargets(labels(), logits(), [0.25, 1], { temperature: 1e-37 }).values;
    expect([...hardest.dataSync()]).toEqual([0.75, 0.25, 1, 0]);
    const sharp = bootstrapTargets(labels(), logits(), [0.25, 1], { temperature: 0.01 }).values.dataSync();
    [0.75, 0.25, 1, 0].forEach((value, index) => expect(sharp[index]).toBeCloseTo(value, 6));
    expect(() => bootstrapTargets(labels(), logits(), [2, 0])).toThrow(/noise must be a number from 0 to 1/);
    expect(() => bootstrapTargets(labels(), logits(), [1])).toThrow(/noise must have a value for each of 2/);
  });
});

describe('uniformPrior', () => {
  it('is 0 for a batch of all classes alike, and grows as it collapses', () => {
    expect(uniformPrior(tf.tensor2d([3, 0, 0, 3], [2, 2])).dataSync()[0]).toBeCloseTo(0, 6);
    const p = 1 / (1 + Math.exp(-3));
    const wanted = 0.5 * (Math.log(0.5 / p) + Math.log(0.5 / (1 - p)));
    expect(uniformPrior(tf.tensor2d([3, 0], [1, 2])).dataSync()[0]).toBeCloseTo(wanted, 5);
    const collapsed = tf.tensor2d([500, 0], [1, 2]);
    expect(uniformPrior(collapsed).dataSync()[0]).toBeCloseTo(250 - Math.log(2), 3);
    const gradient = tf.grad((z) => uniformPrior(z as tf.Tensor2D))(collapsed);
    expect([...gradient.dataSync()]).toEqual([0.5, -0.5]);
  });
});

describe('mCorrection', () => {
  it('believes half of each label until the first fit, and the labels alone before its time', () => {
    const plain = softCrossEntropy(tf.reshape(batch().images, [16, 2]) as tf.Tensor2D, {
      kind: 'sparse',
      classes: tf.reshape(batch().labels, [16, 1]) as tf.Tensor2D,
      weights: tf.ones([16, 1]),
    });
    const labelsAlone = tf.mean(plain).dataSync()[0] as number;
    expect(lossOf(made(), 0.1)).toBeCloseTo(labelsAlone, 6);
    expect(lossOf(made({ bootstrap: 'hard' }))).toBeLessThan(labelsAlone);
    expect(lossOf(made({ prior: 1 }), 0.1)).toBeGreaterThan(labelsAlone);
  });

  it.each(['beta', 'gaussian'] as const)(
    'distrusts labels of large loss after a fit by %s, and resumes',
    (mixture) => {
      const method = made({ mixture, bootstrap: 'hard' });
      const before = lossOf(method);
      method.afterStep?.(classifier, context(1));
      expect(lossOf(method)).toBe(before);
      method.afterStep?.(classifier, context(1));
      const after = lossOf(method);
      expect(after).toBeLessThan(before / 2);
      const { tensors, values } = method.state();
      const again = made({ mixture, bootstrap: 'hard' });
      again.restore({ tensors, values: JSON.parse(JSON.stringify(values)) });
      const copy = again.state();
      expect(copy.values).toEqual(values);
      expect(copy.tensors['losses']?.dataSync()).toEqual(tensors['losses']?.dataSync());
      expect(copy.tensors['losses']?.shape).toEqual([16]);
      expect(lossOf(again)).toBe(after);
    },
  );

  it('takes its opinion from a pass in training mode if asked to, once it corrects labels', () => {
    // Evaluated, the network is sure of the other class.
    const modes: boolean[] = [];
    const moody: Classifier = {
      ...classifier,
      forward: (images, options) => {
        modes.push(options.training);
        return classifier.forward(options.training ? images : tf.neg(images), options);
      },
    };
    const lossAt = (progress: number, referencePasses: boolean): number => {
      const { losses } = made({ bootstrap: 'hard', referencePasses }).step(moody, batch(), context(progress));
      return losses['classifier']?.dataSync()[0] as number;
    };
    expect(lossAt(0, true)).toBe(lossAt(0, false));
    expect(modes).toEqual([false, true, false, true]);
    expect(lossAt(1, true)).toBeLessThan(lossAt(1, false));
    expect(modes.slice(4)).toEqual([false, true, true, false, true]);
  });

  it("mixes corrected labels by the mixer's label weights", () => {
    const labelled = (keeps: number): Mixer => {
      const weights = tf.tile(tf.tensor2d([[keeps, 1 - keeps]]), [16, 1]) as tf.Tensor2D;
      return (given, settings) => {
        const mixed = mixup({ alpha: 32 })(given, settings);
        return { ...mixed, targets: mixTargets(given.labels, mixed.sources, weights) };
      };
    };
    const [own, other] = [1, 0].map((keeps) => lossOf(made({ mixer: labelled(keeps) })));
    expect(Math.abs((own as number) - (other as number))).toBeGreaterThan(0.001);
  });

  it('has a gradient through the mixed images alone, and refuses soft labels', () => {
    const method = mCorrection({ stepsPerFit: 1, mixer: mixup({ alpha: 32 }) });
    const gradient = tf.grad(
      (images) =>
        method.step(classifier, { images: images as tf.Tensor4D, labels: batch().labels }, context(1)).losses[
          'classifier'
        ] as tf.Scalar,
    )(batch().images);
    expect([...gradient.dataSync()].every(Number.isFinite)).toBe(true);
    const soft = { images: batch().images, labels: tf.ones([16, 2]) as tf.Tensor2D };
    expect(() => method.step(classifier, soft, context(1))).toThrow(/mCorrection: labels must be int32/);
    expect(() => mCorrection({ stepsPerFit: 0 })).toThrow(/stepsPerFit must be/);
  });
});
