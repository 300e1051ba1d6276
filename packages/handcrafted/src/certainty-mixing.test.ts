import { type Classifier, createRng, denseTargets, identity, mixTargets, softCrossEntropy } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import {
  type BetaMixture,
  bootstrapTargets,
  certaintyShares,
  fallingTemperature,
  mCorrection,
  mixByCertainty,
  noiseProbabilities,
  roll,
} from './index.js';

useBackend('cpu');

describe('certaintyShares', () => {
  it('gives more to the likelier right label, and half to two that are surely wrong', () => {
    expect(certaintyShares([0.5, 0.5], [1, 0])).toEqual([0.5, 0.5]);
    expect(certaintyShares([0.25, 0.5, 1], [1, 0, 2])).toEqual([0.6, 0.4, 0.5]);
    expect(certaintyShares([1, 0.3], [1, 0])).toEqual([0, 1]);
    expect(() => certaintyShares([2, 0], [1, 0])).toThrow(
      /certaintyShares: noise must be a number from 0 to 1/,
    );
    expect(() => certaintyShares([0, 0], [1])).toThrow(/partner must have a row for each of 2; got 1/);
  });

  it('is the λ of a mixup', () => {
    const images = tf.tensor4d([0, 1, 2, 4], [2, 1, 2, 1]);
    const mixed = mixByCertainty(
      { images, labels: tf.tensor1d([0, 1], 'int32') },
      [0.25, 0.5],
      createRng(0),
      roll,
    );
    const wanted = [0.8, 2.2, 0.8, 2.2];
    mixed.images.dataSync().forEach((value, index) => expect(value).toBeCloseTo(wanted[index] as number, 5));
    expect(mixed.plan).toMatchObject({ method: 'mixup', partner: [1, 0], lam: [0.6, 0.4] });
  });
});

describe('fallingTemperature', () => {
  it('falls linearly from 1 to its last value', () => {
    const temperature = fallingTemperature({ from: 0.2, to: 0.6, last: 0.1 });
    [
      [0, 1],
      [0.2, 1],
      [0.4, 0.55],
      [0.6, 0.1],
      [1, 0.1],
    ].forEach(([at, wanted]) => expect(temperature(at as number)).toBeCloseTo(wanted as number, 12));
    expect(fallingTemperature({ from: 0.9 })(0.95)).toBe(0.001);
    expect(() => fallingTemperature({ from: 0.5, to: 0.4 })).toThrow(/to must be a number from 0.5 to 1/);
    expect(() => fallingTemperature({ last: 0 })).toThrow(/last must be a finite number above 0/);
  });
});

describe("mCorrection, bootstrap 'soft-to-hard'", () => {
  // Pixels are logits; the last labels are wrong.
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
  const sure = Array.from({ length: 12 }, (_, row) => [1 + row / 10, 0]);
  const batch = () => ({
    images: tf.tensor4d(sure.flat(), [12, 1, 2, 1]),
    labels: tf.tensor1d(
      sure.map((_, row) => (row < 9 ? 0 : 1)),
      'int32',
    ),
  });
  const options = { stepsPerFit: 1, mixer: identity, prior: 0, bootstrap: 'soft-to-hard' } as const;
  const context = (progress: number) => ({ rng: createRng(6), step: 0, progress });

  // Its parts by hand: shares of certainty for images, and for labels those, or halves of corrected labels.
  function wanted(noise: readonly number[], correctedAt: number | undefined): number {
    const mixed = mixByCertainty(batch(), noise, createRng(6));
    const logits = classifier.forward(mixed.images, { training: true }).logits;
    const clean = classifier.forward(batch().images, { training: false }).logits;
    const targets =
      correctedAt === undefined
        ? mixed.targets
        : mixTargets(
            bootstrapTargets(batch().labels, clean, noise, { temperature: correctedAt }).values,
            mixed.sources,
            tf.fill([12, 2], 0.5),
          );
    expect(denseTargets(targets, 2).shape).toEqual([12, 2]);
    return tf.mean(softCrossEntropy(logits, targets)).dataSync()[0] as number;
  }

  it('mixes by certainty first, then corrects labels, ever harder', () => {
    const method = mCorrection(options);
    const run = (progress: number) => method.step(classifier, batch(), context(progress));
    const lossAt = (progress: number): number => run(progress).losses['classifier']?.dataSync()[0] as number;
    const half = new Array<number>(12).fill(0.5);
    expect(run(0.34).metrics['lam']?.dataSync()[0]).toBe(1);
    expect(run(0.35).metrics['lam']?.dataSync()[0]).toBe(0.5);
    expect(lossAt(0.35)).toBeCloseTo(wanted(half, undefined), 5);
    expect(lossAt(0.4)).toBeCloseTo(wanted(half, fallingTemperature()(0.4)), 5);
    expect(lossAt(0.9)).toBeCloseTo(wanted(half, 0.001), 5);
    method.afterStep?.(classifier, context(0.9));
    const own = sure.map(([z = 0], row) => Math.log1p(Math.exp(row < 9 ? -z : z)));
    const noise = noiseProbabilities(method.state().values['fitted'] as unknown as BetaMixture, own);
    expect(Math.min(...noise.slice(9))).toBeGreaterThan(0.9);
    expect(lossAt(0.9)).toBeCloseTo(wanted(noise, 0.001), 5);
    expect(Math.abs(lossAt(0.9) - wanted(half, 0.001))).toBeGreaterThan(0.01);
    const always = mCorrection({ ...options, from: 0.1, temperature: 0.7 });
    expect(always.step(classifier, batch(), context(0.1)).losses['classifier']?.dataSync()[0]).toBeCloseTo(
      wanted(half, 0.7),
      5,
    );
  });

  it.each([
    [{ bootstrap: 'medium' }, /mCorrection: bootstrap must be one of 'hard', 'soft', 'soft-to-hard'/],
    [{ guidedFrom: 0.9 }, /mCorrection: guidedFrom must be a number from 0 to 0.3666/],
    [{ temperature: 0 }, /mCorrection: temperature must be a finite number above 0/],
  ])('refuses %j', (wrong, message) => {
    expect(() => mCorrection({ ...options, ...(wrong as object) })).toThrow(message);
  });
});
