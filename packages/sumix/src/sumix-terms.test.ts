import { createRng, softCrossEntropy } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import type { SumixCompat } from './settings.js';
import { type SumixInputs, type SumixTermsOptions, sumixTerms } from './sumix-terms.js';
import { uncertainty } from './uncertainty.js';

useBackend('cpu');

const compats: readonly SumixCompat[] = ['fixed', 'per-sample', 'reference'];
const noise = (shape: [number, number], seed: number, map = (x: number) => x): tf.Tensor2D => {
  const rng = createRng(seed);
  return tf.tensor2d(
    Float32Array.from({ length: shape[0] * shape[1] }, () => map(rng.normal())),
    shape,
  );
};
const numbers = (x: tf.Tensor | undefined): number[] => [...(x as tf.Tensor).dataSync()];
const number = (x: tf.Tensor): number => numbers(x)[0] as number;

/** Row b of class b mod C, mixed with the next row, all with one λ or with one each. */
function inputs(
  cleanLogits: tf.Tensor2D,
  mixedLogits: tf.Tensor2D,
  lam: number | readonly number[],
  classOf = (row: number) => row % cleanLogits.shape[1],
): SumixInputs {
  const size = cleanLogits.shape[0];
  const rows = Array.from({ length: size }, (_, row) => row);
  const next = (row: number): number => (row + 1) % size;
  const unit = (x: tf.Tensor2D): tf.Tensor2D => uncertainty(x, tf.eye(x.shape[1]), tf.scalar(0.3));
  return {
    cleanLogits,
    mixedLogits,
    cleanUncertainty: unit(cleanLogits),
    mixedUncertainty: unit(mixedLogits),
    classes: tf.tensor2d(
      rows.map((row) => [classOf(row), classOf(next(row))]),
      undefined,
      'int32',
    ),
    sources: tf.tensor2d(
      rows.map((row) => [row, next(row)]),
      undefined,
      'int32',
    ),
    lam: tf.tensor2d(
      rows.map((row) => {
        const own = typeof lam === 'number' ? lam : (lam[row] as number);
        return [own, 1 - own];
      }),
    ),
  };
}

const ownRatios = (given: SumixInputs, options: SumixTermsOptions = {}): number[] =>
  numbers(tf.slice(sumixTerms(given, options).ratio, [0, 0], [-1, 1]));

/** Logits of rows that are `rest` but for the given probabilities. */
function certain(size: number, classes: number, of: (row: number) => Record<number, number>): tf.Tensor2D {
  const rows = Array.from({ length: size }, (_, row) => {
    const set = of(row);
    const sum = Object.values(set).reduce((a, b) => a + b, 0);
    const rest = (1 - sum) / (classes - Object.keys(set).length);
    return Array.from({ length: classes }, (_, c) => Math.log(set[c] ?? rest));
  });
  return tf.tensor2d(rows);
}

describe('label weights', () => {
  it.each(compats)('are shares of 1 in %s, whatever the rows', (compat) => {
    const { ratio } = sumixTerms(
      inputs(noise([7, 4], 1), noise([7, 4], 2), [0, 0.1, 0.3, 0.5, 0.8, 0.99, 1]),
      {
        compat,
      },
    );
    const rows = ratio.arraySync();
    for (const [own, partner] of rows as [number, number][]) {
      expect(own).toBeGreaterThanOrEqual(0);
      expect(own + partner).toBeCloseTo(1, 6);
    }
    expect(rows[0]).toEqual([0, 1]);
    expect(rows[6]).toEqual([1, 0]);
  });

  it('are λ while the network knows nothing', () => {
    const lam = [0.05, 0.3, 0.5, 0.72, 0.9];
    const own = ownRatios(inputs(tf.zeros([5, 6]), tf.zeros([5, 6]), lam));
    own.forEach((value, row) => expect(value).toBeCloseTo(lam[row] as number, 5));
  });

  it.each([
    [0.9, 0.05, 0.004],
    [0.7, 0.25, 0.054],
    [0.5, 0.45, 0.42],
    [0.05, 0.9, 0.996],
  ])(
    'with %f and %f seen of the sources: towards what is seen, and the other way round in the reference (%f)',
    (a, b, published) => {
      const clean = certain(100, 100, (row) => ({ [row]: 0.95 }));
      const mixed = certain(100, 100, (row) => ({ [row]: a, [(row + 1) % 100]: b }));
      const given = inputs(clean, mixed, 0.5);
      const reference = ownRatios(given, { compat: 'reference' })[3] as number;
      expect(Math.abs(reference - published)).toBeLessThan(published > 0.1 ? 5e-3 : 5e-4);
      const fixed = ownRatios(given)[3] as number;
      expect(Math.sign(fixed - 0.5)).toBe(Math.sign(a - b));
      expect(ownRatios(given, { tau: 0 })[3]).toBeCloseTo(0.5, 6);
      expect(Math.abs((ownRatios(given, { tau: 3 })[3] as number) - 0.5)).toBeGreaterThan(
        Math.abs(fixed - 0.5),
      );
    },
  );

  it('follow what is seen of one source', () => {
    const clean = noise([6, 5], 3, (x) => 3 * x);
    const next = tf.gather(clean, [1, 2, 3, 4, 5, 0]);
    ownRatios(inputs(clean, clean, 0.4))
      .slice(0, 4)
      .forEach((own) => expect(own).toBeGreaterThan(0.4));
    ownRatios(inputs(clean, next, 0.4))
      .slice(0, 4)
      .forEach((own) => expect(own).toBeLessThan(0.4));
  });

  it.each(compats)('swap with the sources in %s', (compat) => {
    const clean = noise([2, 3], 4);
    const mixed = tf.tile(noise([1, 3], 5), [2, 1]);
    const [one, other] = ownRatios(inputs(clean, mixed, [0.3, 0.7]), { compat });
    expect(one).toBeCloseTo(1 - (other as number), 6);
  });

  it('are one number for the batch where the reference reduces first, and weigh that batch', () => {
    const given = inputs(noise([6, 4], 6), noise([6, 4], 7), 0.35);
    const { targets, ratio, classification } = sumixTerms(given, { compat: 'reference' });
    const mean = number(tf.mean(tf.slice(ratio, [0, 0], [-1, 1])));
    numbers(tf.slice(targets.weights, [0, 0], [-1, 1])).forEach((w) => expect(w).toBeCloseTo(mean, 6));
    const perSample = sumixTerms(given, { compat: 'per-sample' });
    expect(perSample.ratio.dataSync()).toEqual(ratio.dataSync());
    expect(Math.abs(number(perSample.classification) - number(classification))).toBeGreaterThan(1e-4);
  });

  it('keep the own class of rows of one class, except in the reference', () => {
    const given = inputs(noise([4, 3], 8), noise([4, 3], 9), 0.6, () => 1);
    const kept = sumixTerms(given).own.semantics;
    expect(numbers(tf.sum(kept, 1))[0]).toBeCloseTo(1, 6);
    const { own } = sumixTerms(given, { compat: 'reference' });
    expect(numbers(tf.slice(own.semantics, [0, 1], [-1, 1]))).toEqual([0, 0, 0, 0]);
  });
});

describe('losses', () => {
  it('are those of plain mixing without evidence and regulariser', () => {
    const given = inputs(noise([5, 4], 10), noise([5, 4], 11), [0.2, 0.4, 0.5, 0.9, 1]);
    const { loss } = sumixTerms(given, { gamma: 0, tau: 0 });
    const { classes, lam, mixedLogits } = given;
    const plain = tf.mean(softCrossEntropy(mixedLogits, { kind: 'sparse', classes, weights: lam }));
    expect(number(loss)).toBeCloseTo(number(plain), 6);
    const whole = sumixTerms({ ...given, lam: tf.tensor2d(Array.from({ length: 5 }, () => [1, 0])) });
    const own = tf.slice(classes, [0, 0], [-1, 1]);
    const hard = softCrossEntropy(mixedLogits, { kind: 'sparse', classes: own, weights: tf.ones([5, 1]) });
    expect(number(whole.classification)).toBeCloseTo(number(tf.mean(hard)), 6);
  });

  it('smooth the new weights once', () => {
    const given = inputs(noise([4, 3], 12), noise([4, 3], 13), 0.4);
    const smoothed = sumixTerms(given, { labelSmoothing: 0.3 });
    const uniform = tf.mean(tf.neg(tf.logSoftmax(given.mixedLogits)));
    const expected = 0.7 * number(sumixTerms(given).classification) + 0.3 * number(uniform);
    expect(number(smoothed.classification)).toBeCloseTo(expected, 5);
  });

  it('add the regulariser by γ', () => {
    const { loss, classification, regulariser } = sumixTerms(
      inputs(noise([4, 3], 14), noise([4, 3], 15), 0.4),
      {
        gamma: 0.7,
      },
    );
    expect(number(loss)).toBeCloseTo(number(classification) + 0.7 * number(regulariser), 6);
  });

  it.each(compats)('and their gradients are finite for 512 rows of 10 classes in %s', (compat) => {
    const [clean, mixed] = [noise([512, 10], 16, (x) => 4 * x), noise([512, 10], 17, (x) => 4 * x)];
    const loss = (z: tf.Tensor, u: tf.Tensor): tf.Scalar => {
      const parts = { mixedLogits: z as tf.Tensor2D, mixedUncertainty: u as tf.Tensor2D };
      return sumixTerms({ ...inputs(clean, mixed, 0.3), ...parts }, { compat }).loss;
    };
    const { value, grads } = tf.valueAndGrads(loss)([mixed, inputs(clean, mixed, 0.3).mixedUncertainty]);
    for (const x of [value, ...grads]) expect(numbers(x).every(Number.isFinite)).toBe(true);
  });

  it('are finite where logits serve as uncertainty and are far below 0', () => {
    const low = tf.sub(noise([4, 3], 18), 60) as tf.Tensor2D;
    const given = { ...inputs(low, low, 0.5), cleanUncertainty: low, mixedUncertainty: low };
    expect(Number.isFinite(number(sumixTerms(given).loss))).toBe(true);
  });
});

describe('gradients', () => {
  const [clean, mixed] = [() => noise([5, 4], 20), () => noise([5, 4], 21)];
  const gradients = (of: 'classification' | 'regulariser' | 'ratio', options: SumixTermsOptions = {}) => {
    const names = ['cleanLogits', 'mixedLogits', 'cleanUncertainty', 'mixedUncertainty'] as const;
    const given = inputs(clean(), mixed(), 0.4);
    const at = names.map((name) => given[name]);
    // Every input takes part, so that one without gradient gives zeros and no error.
    const value = (...xs: tf.Tensor[]): tf.Scalar => {
      const parts = Object.fromEntries(names.map((name, index) => [name, xs[index] as tf.Tensor2D]));
      const terms = sumixTerms({ ...given, ...parts }, options);
      return tf.addN([tf.sum(terms[of]), ...xs.map((x) => tf.mul(tf.sum(x), 0))]) as tf.Scalar;
    };
    const sizes = tf
      .grads(value)(at)
      .map((gradient) => number(tf.max(tf.abs(gradient))));
    return Object.fromEntries(names.map((name, index) => [name, sizes[index] as number]));
  };

  it.each(compats)('go where they should in %s', (compat) => {
    expect(gradients('classification', { compat })).toEqual({
      ...{ cleanLogits: 0, cleanUncertainty: 0, mixedUncertainty: 0 },
      mixedLogits: expect.toSatisfy((size: number) => size > 1e-3),
    });
    const some = expect.toSatisfy((size: number) => size > 1e-6);
    expect(gradients('regulariser', { compat })).toEqual({
      ...{ cleanLogits: 0, mixedLogits: 0 },
      ...{ cleanUncertainty: some, mixedUncertainty: some },
    });
    expect(Object.values(gradients('ratio', { compat }))).toEqual([0, 0, 0, 0]);
  });

  it('train the uncertainty layer, which the reference hardly does', () => {
    const [size, classes, width] = [100, 100, 64];
    const features = [30, 31].map((seed) => noise([size, width], seed, Math.abs));
    const rng = createRng(5);
    const uniform = (): tf.Tensor2D =>
      tf.tensor2d(
        Float32Array.from({ length: width * classes }, () => rng.uniform(-1 / 8, 1 / 8)),
        [width, classes],
      );
    const [classify, weight] = [uniform(), uniform()];
    const norm = (compat: SumixCompat): number => {
      const regulariser = (w: tf.Tensor): tf.Scalar => {
        const [g, mix] = features as [tf.Tensor2D, tf.Tensor2D];
        const of = (x: tf.Tensor2D): tf.Tensor2D => uncertainty(x, w as tf.Tensor2D, tf.zeros([classes]));
        const given = inputs(tf.matMul(g, classify), tf.matMul(mix, classify), 0.5);
        return sumixTerms({ ...given, cleanUncertainty: of(g), mixedUncertainty: of(mix) }, { compat })
          .regulariser;
      };
      return number(tf.norm(tf.grad(regulariser)(weight)));
    };
    expect(norm('fixed')).toBeGreaterThan(1e-3);
    expect(norm('reference')).toBeLessThan(1e-4);
  });
});

it('gives uncertainties of norm 1', () => {
  const u = uncertainty(noise([3, 4], 40), noise([4, 6], 41), noise([1, 6], 42));
  for (const row of u.arraySync() as number[][]) {
    expect(Math.hypot(...row)).toBeCloseTo(1, 6);
    for (const value of row) expect(value).toBeGreaterThan(0);
  }
});

it.each([
  [{ compat: 'paper' }, /sumixTerms: compat must be one of 'fixed', 'per-sample', 'reference'; got "paper"/],
  [{ ratio: 'area' }, /ratio must be one of 'distance', 'reference'/],
  [{ reduction: 'sum' }, /reduction must be one of 'sample', 'batch'/],
  [{ alphaScale: 0 }, /alphaScale must be a finite number above 0; got 0/],
  [{ gamma: -1 }, /gamma must be a finite number of at least 0/],
  [{ tau: -1 }, /tau must be a finite number of at least 0/],
  [{ tau: 1, compat: 'reference' }, /tau must be left out with ratio 'reference'/],
])('refuses %j', (options, message) => {
  expect(() => sumixTerms(inputs(noise([3, 3], 1), noise([3, 3], 2), 0.5), options as never)).toThrow(
    message,
  );
});

it('refuses inputs that do not fit', () => {
  const given = inputs(noise([3, 3], 1), noise([3, 3], 2), 0.5);
  expect(() => sumixTerms({ ...given, lam: tf.ones([3, 1]) })).toThrow(
    'sumixTerms: lam must have shape [3,2]; got [3,1]',
  );
});
