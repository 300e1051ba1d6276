import { createMomentumNetwork } from '@mix/automix';
import {
  type Batch,
  blend,
  createRng,
  isMixError,
  plainTargets,
  type State,
  softCrossEntropy,
} from '@mix/core';
import { cifarResnet } from '@mix/models';
import { tinyBatch, useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { type AdautomixOptions, adautomix } from './adautomix.js';
import { type AdautomixLosses, type AdautomixLossOptions, adautomixLosses } from './adautomix-losses.js';
import { createMaskGenerator } from './mask-generator.js';
import { type AdautomixDraws, type AdautomixPlan, planAdautomix } from './plan-adautomix.js';

useBackend('wasm');

const batch = (): Batch => tinyBatch({ size: 4, height: 8, width: 12 });

/** A student, its teacher after some training, and a generator whose masks are not flat. */
function parts() {
  const make = (seed: number) => cifarResnet({ depth: 8, width: 4, numClasses: 3, rng: createRng(seed) });
  const [student, teacher] = [make(0), make(1)];
  const network = createMomentumNetwork({
    student,
    teacher,
    embeddingSize: 16,
    rng: createRng(2),
    momentum: 0.9,
  });
  const generator = createMaskGenerator({ channels: 8, rng: createRng(3), lamConcat: true });
  const spread = (variables: readonly tf.Variable[], size: number) => {
    const rng = createRng(4);
    for (const variable of variables) {
      const noise = Array.from({ length: variable.size }, () => rng.normal(0, size));
      tf.tidy(() => variable.assign(tf.add(variable, tf.tensor(noise, variable.shape))));
    }
  };
  spread(Object.values(generator.variables), 0.5);
  spread([...Object.values(teacher.variables), ...Object.values(network.headVariables)], 0.1);
  network.update(student, 0, 1);
  return {
    student,
    teacher,
    network,
    generator,
    dispose: () => {
      for (const each of [network, generator, student, teacher]) each.dispose();
    },
  };
}

type Parts = ReturnType<typeof parts>;

const drawn = (options: AdautomixDraws = {}, seed = 5): AdautomixPlan =>
  planAdautomix([4, 8, 12], createRng(seed), options);
const number = (x: tf.Tensor | undefined) => x?.dataSync()[0] as number;
const differences = (a: tf.Tensor, b: tf.Tensor) => number(tf.max(tf.abs(tf.sub(a, b))));

function lossesOf(
  made: Parts,
  {
    plan = drawn(),
    adversarial = true,
    ...options
  }: Partial<AdautomixLossOptions> & { plan?: AdautomixPlan; adversarial?: boolean } = {},
): AdautomixLosses {
  const { network, generator } = made;
  return adautomixLosses(made.student, batch(), plan, adversarial, {
    network,
    generator,
    stage: 2,
    ...options,
  });
}

/** Gradients by the variables' names here, `undefined` where there is none. */
function gradients(
  made: Parts,
  pick: (losses: AdautomixLosses) => tf.Tensor | undefined,
  options: Parameters<typeof lossesOf>[1] = {},
) {
  const named = {
    student: Object.values(made.student.variables),
    head: Object.values(made.network.headVariables),
    generator: Object.values(made.generator.variables),
  };
  const all = Object.values(named).flat();
  // Something of every variable, so that those without a gradient are no error.
  const nothing = () => tf.addN(all.map((variable) => tf.mul(tf.sum(variable), 0)));
  const { grads } = tf.variableGrads(
    () => tf.add(pick(lossesOf(made, options)) as tf.Tensor, nothing()) as tf.Scalar,
    all,
  );
  const of = (group: keyof typeof named) => named[group].map((variable) => grads[variable.name] as tf.Tensor);
  const largest = (group: keyof typeof named) => Math.max(...of(group).map((g) => number(tf.max(tf.abs(g)))));
  return { of, largest };
}

describe('adautomixLosses', () => {
  it('sends each loss to its own variables alone', () => {
    const made = parts();
    const byGenerator = gradients(made, (losses) => losses.generator?.loss);
    expect(byGenerator.largest('generator')).toBeGreaterThan(1e-5);
    expect(byGenerator.largest('student')).toBe(0);
    expect(byGenerator.largest('head')).toBe(0);
    for (const name of ['oneHot', 'plain', 'mix'] as const) {
      const own = gradients(made, (losses) => losses[name]);
      expect(own.largest('generator'), name).toBe(0);
      expect(own.largest('student'), name).toBeGreaterThan(1e-4);
      expect(own.largest('head') > 0, name).toBe(name !== 'oneHot');
    }
    expect(Object.values(made.teacher.variables).some((variable) => variable.trainable)).toBe(false);
    made.dispose();
  });

  it.each([
    ['preserve', -1],
    ['reference', 1],
  ] as const)("adds up the generator's gradients: %s", (cosine, sign) => {
    const made = parts();
    const options = { cosine, beta: 0.4 };
    const own = (pick: (losses: AdautomixLosses) => tf.Tensor | undefined, adversarial = true) =>
      gradients(made, pick, { ...options, adversarial }).of('generator');
    const ce = own((losses) => losses.generator?.crossEntropy);
    const cos = own((losses) => losses.generator?.cosine);
    const adversarial = own((losses) => losses.generator?.loss);
    const cooperative = own((losses) => losses.generator?.loss, false);
    for (const [index, gradient] of ce.entries()) {
      const wanted = tf.add(tf.mul(gradient, -0.4), tf.mul(cos[index] as tf.Tensor, sign * 0.6));
      expect(differences(adversarial[index] as tf.Tensor, wanted)).toBeLessThan(1e-5);
      expect(differences(cooperative[index] as tf.Tensor, gradient)).toBeLessThan(1e-5);
    }
    made.dispose();
  });

  it('moves the generator against the teacher, or with it', () => {
    for (const adversarial of [true, false]) {
      const made = parts();
      const objective = () => {
        const { generator } = lossesOf(made, { adversarial });
        return [
          0.3 * number(generator?.crossEntropy) + 0.7 * number(generator?.cosine),
          number(generator?.crossEntropy),
        ] as const;
      };
      const before = objective();
      const steps = gradients(made, (losses) => losses.generator?.loss, { adversarial }).of('generator');
      Object.values(made.generator.variables).forEach((variable, index) => {
        tf.tidy(() => variable.assign(tf.sub(variable, tf.mul(steps[index] as tf.Tensor, 0.05))));
      });
      const after = objective();
      if (adversarial) expect(after[0]).toBeGreaterThan(before[0]);
      else expect(after[1]).toBeLessThan(before[1]);
      made.dispose();
    }
  });

  it('gives the logits of all sources by one clean pass', () => {
    const made = parts();
    const { generator: plan } = drawn();
    const { teacher } = lossesOf(made);
    for (let k = 0; k < 3; k++) {
      const rows = plan.sources.map((row) => [row[k] as number]);
      const taken = (x: tf.Tensor2D) => blend(x, rows, { lam: rows.map(() => [1]) });
      const anew = made.network.teach(blend(batch().images, rows, { lam: rows.map(() => [1]) })).mixLogits;
      expect(differences(taken(teacher.mixLogits), anew)).toBeLessThan(1e-5);
    }
    made.dispose();
  });

  it('lets learned masks reach the classifier, unless told to repeat the fault', () => {
    const made = parts();
    const plan = drawn();
    const lam = plan.backbone.lam.map(() => [0.2, 0.54, 0.26]);
    const fixed = { ...plan, backbone: { ...plan.backbone, lam } };
    const ours = lossesOf(made, { plan: fixed });
    expect(Math.abs(number(ours.mix) - number(ours.plain))).toBeGreaterThan(1e-4);
    const mixed = blend(batch().images, plan.backbone.sources, { masks: ours.masks });
    expect(differences(ours.images, mixed)).toBeLessThan(1e-6);
    const theirs = lossesOf(made, { plan: fixed, compat: 'openmixup' });
    expect(number(theirs.mix)).toBeCloseTo(number(theirs.plain), 5);
    // One lopsided row of four.
    const lopsided = lam.map((row, index) => (index === 2 ? [0.01, 0.5, 0.49] : row));
    const mostly = lossesOf(made, { plan: { ...fixed, backbone: { ...fixed.backbone, lam: lopsided } } });
    const plain = blend(batch().images, plan.backbone.sources, { lam: lopsided });
    const row = (x: tf.Tensor4D, index: number) => tf.slice(x, [index, 0, 0, 0], [1, -1, -1, -1]);
    expect(differences(row(mostly.images, 2), row(plain, 2))).toBeLessThan(1e-5);
    expect(differences(row(mostly.images, 1), row(plain, 1))).toBeGreaterThan(1e-3);
    made.dispose();
  });

  it("judges the generator by the teacher's criterion", () => {
    const made = parts();
    const twice = (...[logits, targets]: Parameters<typeof softCrossEntropy>) =>
      tf.mul(softCrossEntropy(logits, targets), 2) as tf.Tensor1D;
    const [usual, other] = [lossesOf(made), lossesOf(made, { teacherLoss: twice })];
    expect(number(other.generator?.crossEntropy)).toBeCloseTo(2 * number(usual.generator?.crossEntropy), 4);
    expect(number(other.mix)).toBeCloseTo(number(usual.mix), 5);
    expect(number(lossesOf(made, { loss: twice }).mix)).toBeCloseTo(2 * number(usual.mix), 4);
    made.dispose();
  });

  it('weighs and blends the losses of the classifier', () => {
    const made = parts();
    const { oneHot, plain, mix, classifier } = lossesOf(made, {
      mixupRatio: 0.25,
      weights: { oneHot: 2, mix: 3 },
    });
    expect(number(classifier)).toBeCloseTo(
      2 * (0.75 * number(oneHot) + 0.25 * number(plain)) + 3 * number(mix),
      4,
    );
    const headless = lossesOf(made, { weights: { oneHot: 0 } });
    expect(number(headless.classifier)).toBeCloseTo(number(headless.mix), 5);
    expect(lossesOf(made, { mixupRatio: 0 }).plain).toBeUndefined();
    const two = lossesOf(made, { plan: drawn({ mixSamples: 2 }) });
    expect(two.plain).toBeUndefined();
    expect(number(two.classifier)).toBeCloseTo(number(two.oneHot) + number(two.mix), 5);
    const smooth = lossesOf(made, { labelSmoothing: 0.1 });
    const values = tf.add(tf.mul(tf.oneHot(batch().labels as tf.Tensor1D, 3), 0.9), 0.1 / 3) as tf.Tensor2D;
    const wanted = tf.mean(softCrossEntropy(smooth.student.clean.logits, { kind: 'dense', values }));
    expect(number(smooth.oneHot)).toBeCloseTo(number(wanted), 5);
    expect(number(oneHot)).toBeCloseTo(
      number(tf.mean(softCrossEntropy(smooth.student.clean.logits, plainTargets(batch().labels)))),
      5,
    );
    made.dispose();
  });
});

describe('adautomix', () => {
  const context = (step: number) => ({ rng: createRng(7).fork(step), step, progress: 0, totalSteps: 10 });
  const make = (made: Parts, options: Partial<AdautomixOptions> = {}) =>
    adautomix({ network: made.network, generator: made.generator, stage: 2, ...options });

  it.each([
    [1, [0, 1, 2, 3]],
    [2, [0, 2]],
    [3, [0, 3]],
  ])('is adversarial on every step that %i divides', (advInterval, wanted) => {
    const made = parts();
    const method = make(made, { advInterval });
    const kinds = [0, 1, 2, 3].map((step) => method.step(made.student, batch(), context(step)).metrics);
    expect(kinds.flatMap((metrics, step) => (metrics['adversarialLoss'] ? [step] : []))).toEqual(wanted);
    expect(kinds.every((metrics) => 'adversarialLoss' in metrics !== 'cooperativeLoss' in metrics)).toBe(
      true,
    );
    made.dispose();
  });

  it('gives losses by group and numbers to log', () => {
    const made = parts();
    const method = make(made);
    const { losses, metrics } = method.step(made.student, batch(), context(0));
    expect(Object.keys(losses)).toEqual(['classifier', 'generator']);
    expect(Object.keys(method.groups)).toEqual(['classifier', 'generator']);
    for (const [name, value] of Object.entries({ ...losses, ...metrics })) {
      expect(value.shape, name).toEqual([]);
      expect(Number.isFinite(number(value)), name).toBe(true);
    }
    for (const name of [
      'maskEntropy',
      'maskError',
      'maskMean',
      'student',
      'teacherMix',
      'lam',
      'mixedAccuracy',
    ]) {
      expect(number(metrics[name]), name).toBeGreaterThanOrEqual(0);
      expect(number(metrics[name]), name).toBeLessThanOrEqual(1);
    }
    made.dispose();
  });

  it('skips the generator as often as asked', () => {
    const made = parts();
    const { losses, metrics } = make(made, { generatorProb: 0 }).step(made.student, batch(), context(0));
    expect(Object.keys(losses)).toEqual(['classifier']);
    expect(metrics).not.toHaveProperty('cosine');
    made.dispose();
  });

  it('moves the teacher after the step, and keeps nothing', () => {
    const made = parts();
    const method = make(made);
    const weight = made.teacher.variables['conv1.weight'] as tf.Variable;
    const before = Array.from(weight.dataSync());
    const images = batch();
    const count = tf.memory().numTensors;
    tf.tidy(() => {
      method.step(made.student, images, context(0));
    });
    method.afterStep?.(made.student, context(0));
    expect(tf.memory().numTensors).toBe(count);
    expect(Array.from(weight.dataSync())).not.toEqual(before);
    made.dispose();
  });

  it('resumes from its state', () => {
    const [made, other] = [parts(), parts()];
    const [from, to] = [make(made), make(other)];
    for (const variable of Object.values(other.generator.variables))
      tf.tidy(() => variable.assign(tf.zerosLike(variable)));
    const state: State = from.state();
    to.restore(state);
    tf.dispose({ ...state.tensors });
    other.student.restore(made.student.state());
    const step = (method: typeof from, { student }: Parts) =>
      Object.values(method.step(student, batch(), context(1)).losses).map(number);
    expect(step(to, other)).toEqual(step(from, made));
    made.dispose();
    other.dispose();
  });

  it('takes soft labels', () => {
    const made = parts();
    const { images, labels } = batch();
    const soft = tf.cast(tf.oneHot(labels as tf.Tensor1D, 3), 'float32') as tf.Tensor2D;
    const [hard, same] = [labels, soft].map(
      (each) => make(made).step(made.student, { images, labels: each }, context(0)).losses,
    );
    expect(number(same?.['classifier'])).toBeCloseTo(number(hard?.['classifier']), 5);
    expect(number(same?.['generator'])).toBeCloseTo(number(hard?.['generator']), 5);
    made.dispose();
  });

  it('gives up on a generator that keeps failing', () => {
    const made = parts();
    const generator = { ...made.generator, badCalls: () => 11 };
    const method = make(made, { generator });
    method.afterStep?.(made.student, { ...context(48), totalSteps: 100 });
    let caught: unknown;
    try {
      method.afterStep?.(made.student, { ...context(49), totalSteps: 100 });
    } catch (error) {
      caught = error;
    }
    expect(isMixError(caught) && caught.code).toBe('NOT_FINITE');
    made.dispose();
  });

  it.each<[string, Partial<AdautomixOptions>]>([
    ['stage must be an integer of at least 1; got 0', { stage: 0 }],
    ['beta must be a number from 0 to 1; got 2', { beta: 2 }],
    ['lamMargin must be a number from 0 to 0.5; got 1', { lamMargin: 1 }],
    ['advInterval must be an integer of at least 1; got 0', { advInterval: 0 }],
    ['weights.mix must be a number from 0 to', { weights: { mix: -1 } }],
    ['mixSamples must be an integer of at least 2; got 1', { mixSamples: 1 }],
  ])('says that %s', (message, options) => {
    const made = parts();
    expect(() => make(made, options)).toThrow(message);
    made.dispose();
  });
});
