import { type CollapseEvidence, maskCollapse } from '@mix/automix';
import { type Batch, blendByLam, createRng, isMixError, softCrossEntropy } from '@mix/core';
import { cifarResnet } from '@mix/models';
import { tinyBatch, tinyNetwork, useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { adautomix } from './adautomix.js';
import type { AdautomixOptions } from './adautomix-options.js';
import type { AdautomixPass } from './adautomix-pass.js';
import { type AdautomixDraws, type AdautomixPlan, planAdautomix } from './plan-adautomix.js';

useBackend('wasm');

const batch = (): Batch => tinyBatch({ size: 4, height: 8, width: 12 });

/** A student, its teacher after some training, and a generator whose masks are not flat. */
function parts(options: Partial<AdautomixOptions> = {}) {
  const make = (seed: number) => cifarResnet({ depth: 8, width: 4, numClasses: 3, rng: createRng(seed) });
  const [student, teacher] = [make(0), make(1)];
  const method = adautomix({
    classifier: student,
    teacher,
    imageShape: [8, 12, 3],
    rng: createRng(2),
    momentum: 0.9,
    generator: { lamConcat: true },
    ...options,
  });
  const { network, generator } = method;
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
    method,
    dispose: () => {
      for (const each of [method, student, teacher]) each.dispose();
    },
  };
}

type Parts = ReturnType<typeof parts>;

const drawn = (options: AdautomixDraws = {}, seed = 5): AdautomixPlan =>
  planAdautomix([4, 8, 12], createRng(seed), options);
const number = (x: tf.Tensor | undefined) => x?.dataSync()[0] as number;
const differences = (a: tf.Tensor, b: tf.Tensor) => number(tf.max(tf.abs(tf.sub(a, b))));

interface At {
  readonly plan?: AdautomixPlan;
  readonly step?: number;
}

const passOf = ({ method, student }: Parts, { plan = drawn(), step = 0 }: At = {}): AdautomixPass =>
  method.pass(student, batch(), plan, { step });

type Pick = (pass: AdautomixPass) => tf.Tensor | undefined;

/** Gradients of each variable of each group, zeros where there is none. */
function gradients(made: Parts, pick: Pick, at: At = {}) {
  const named = {
    student: Object.values(made.student.variables),
    head: Object.values(made.method.network.headVariables),
    generator: Object.values(made.method.generator.variables),
  };
  const all = Object.values(named).flat();
  // Something of every variable, so that those without a gradient are no error.
  const nothing = () => tf.addN(all.map((variable) => tf.mul(tf.sum(variable), 0)));
  const loss = () => tf.add(pick(passOf(made, at)) as tf.Tensor, nothing()) as tf.Scalar;
  const { grads } = tf.variableGrads(loss, all);
  const of = (group: keyof typeof named) => named[group].map((variable) => grads[variable.name] as tf.Tensor);
  const largest = (group: keyof typeof named) =>
    Math.max(...of(group).map((gradient) => number(tf.max(tf.abs(gradient)))));
  return { of, largest };
}

describe('a pass of adautomix', () => {
  it('sends each loss to its own variables alone', () => {
    const made = parts();
    const byGenerator = gradients(made, ({ losses }) => losses.generator);
    expect(byGenerator.largest('generator')).toBeGreaterThan(1e-5);
    expect(byGenerator.largest('student')).toBe(0);
    expect(byGenerator.largest('head')).toBe(0);
    for (const name of ['one', 'plain', 'mix'] as const) {
      const own = gradients(made, ({ terms }) => terms[name]);
      expect(own.largest('generator'), name).toBe(0);
      expect(own.largest('student'), name).toBeGreaterThan(1e-4);
      expect(own.largest('head') > 0, name).toBe(name !== 'one');
    }
    expect(Object.values(made.teacher.variables).some((variable) => variable.trainable)).toBe(false);
    made.dispose();
  });

  it.each([
    ['preserve', -1],
    ['reference', 1],
  ] as const)("adds up the generator's gradients: %s", (cosine, sign) => {
    const made = parts({ cosine, beta: 0.4 });
    const own = (pick: Pick, step = 0) => gradients(made, pick, { step }).of('generator');
    const ce = own(({ generator }) => generator?.crossEntropy);
    const cos = own(({ generator }) => generator?.cosine);
    const adversarial = own(({ losses }) => losses.generator);
    const cooperative = own(({ losses }) => losses.generator, 1);
    for (const [index, gradient] of ce.entries()) {
      const wanted = tf.add(tf.mul(gradient, -0.4), tf.mul(cos[index] as tf.Tensor, sign * 0.6));
      expect(differences(adversarial[index] as tf.Tensor, wanted)).toBeLessThan(1e-5);
      expect(differences(cooperative[index] as tf.Tensor, gradient)).toBeLessThan(1e-5);
    }
    made.dispose();
  });

  it.each([
    ['against', 0],
    ['with', 1],
  ])('moves the generator %s the teacher in step %i', (_, step) => {
    const made = parts();
    const objective = () => {
      const { generator } = passOf(made);
      const crossEntropy = number(generator?.crossEntropy);
      return step === 0 ? 0.3 * crossEntropy + 0.7 * number(generator?.cosine) : -crossEntropy;
    };
    const before = objective();
    const slopes = gradients(made, ({ losses }) => losses.generator, { step }).of('generator');
    Object.values(made.method.generator.variables).forEach((variable, index) => {
      tf.tidy(() => variable.assign(tf.sub(variable, tf.mul(slopes[index] as tf.Tensor, 0.05))));
    });
    expect(objective()).toBeGreaterThan(before);
    made.dispose();
  });

  it('gives the logits of all sources by one clean pass', () => {
    const made = parts();
    const { network } = made.method;
    const { generator } = drawn();
    const { mixLogits } = network.look(batch().images, 2);
    for (let k = 0; k < 3; k++) {
      const rows = generator.sources.map((row) => [row[k] as number]);
      const taken = <T extends tf.Tensor>(x: T): T =>
        blendByLam(
          x,
          rows,
          rows.map(() => [1]),
        );
      expect(differences(taken(mixLogits), network.teach(taken(batch().images)).mixLogits)).toBeLessThan(
        1e-5,
      );
    }
    made.dispose();
  });

  it('lets learned masks reach the classifier, unless told to repeat the fault', () => {
    const plan = drawn();
    const { sources } = plan.backbone;
    const lam = plan.backbone.lam.map(() => [0.2, 0.54, 0.26]);
    const fixed = { ...plan, backbone: { ...plan.backbone, lam } };
    const [made, theirs] = [parts(), parts({ compat: 'openmixup' })];
    const ours = passOf(made, { plan: fixed });
    expect(Math.abs(number(ours.terms.mix) - number(ours.terms.plain))).toBeGreaterThan(1e-4);
    expect(differences(ours.backbone.masks, ours.backbone.raw)).toBe(0);
    const { terms, backbone } = passOf(theirs, { plan: fixed });
    expect(number(terms.mix)).toBeCloseTo(number(terms.plain), 5);
    expect(differences(backbone.raw, backbone.masks)).toBeGreaterThan(0.01);
    // One lopsided row of four.
    const lopsided = lam.map((row, index) => (index === 2 ? [0.01, 0.5, 0.49] : row));
    const mostly = passOf(made, { plan: { ...fixed, backbone: { ...fixed.backbone, lam: lopsided } } });
    const plain = blendByLam(batch().images, sources, lopsided);
    const row = (x: tf.Tensor4D, index: number) => tf.slice(x, [index, 0, 0, 0], [1, -1, -1, -1]);
    expect(differences(row(mostly.backbone.images, 2), row(plain, 2))).toBeLessThan(1e-5);
    expect(differences(row(mostly.backbone.images, 1), row(plain, 1))).toBeGreaterThan(1e-3);
    made.dispose();
    theirs.dispose();
  });

  it("judges the generator by the teacher's criterion", () => {
    const twice = (...[logits, targets]: Parameters<typeof softCrossEntropy>) =>
      tf.mul(softCrossEntropy(logits, targets), 2) as tf.Tensor1D;
    const [usual, judged, all] = [{}, { teacherLoss: twice }, { loss: twice }].map((options) => {
      const made = parts(options);
      const { generator, terms } = passOf(made);
      const numbers = [number(generator?.crossEntropy), number(terms.mix), number(terms.one)] as const;
      made.dispose();
      return numbers;
    }) as [Numbers, Numbers, Numbers];
    expect(judged[0]).toBeCloseTo(2 * usual[0], 4);
    expect(judged.slice(1)).toEqual(usual.slice(1));
    for (const index of [0, 1, 2] as const) expect(all[index]).toBeCloseTo(2 * usual[index], 4);
  });

  it.each<[string, Partial<AdautomixOptions>, AdautomixDraws, (terms: Numbers, plain: number) => number]>([
    ['as published', {}, {}, ([one, mix], plain) => 0.5 * one + 0.5 * plain + mix],
    ['other ratio', { mixupRatio: 0.25 }, {}, ([one, mix], plain) => 0.75 * one + 0.25 * plain + mix],
    ['no plain mix', { mixupRatio: 0 }, {}, ([one, mix]) => one + mix],
    ['no own head', { weights: { one: 0 } }, {}, ([, mix]) => mix],
    ['weights', { weights: { one: 2, mix: 3 } }, {}, ([one, mix], plain) => one + plain + 3 * mix],
    ['pairs', {}, { mixSamples: 2 }, ([one, mix]) => one + mix],
  ])("adds up the classifier's losses: %s", (_, options, draws, wanted) => {
    const made = parts(options);
    const { terms, losses } = passOf(made, { plan: drawn(draws) });
    expect('plain' in terms).toBe(options.mixupRatio !== 0 && draws.mixSamples !== 2);
    const numbers = [number(terms.one), number(terms.mix), 0] as const;
    expect(number(losses.classifier)).toBeCloseTo(wanted(numbers, number(terms.plain)), 5);
    made.dispose();
  });

  it('smooths labels once, in all heads', () => {
    const [usual, smooth] = [0, 0.1].map((labelSmoothing) => {
      const made = parts({ labelSmoothing });
      const { logits } = tf.tidy(() => made.student.forward(batch().images, { training: true }));
      const values = tf.add(
        tf.mul(tf.oneHot(batch().labels as tf.Tensor1D, 3), 1 - labelSmoothing),
        labelSmoothing / 3,
      );
      const { terms, generator } = passOf(made);
      const wanted = tf.mean(softCrossEntropy(logits, { kind: 'dense', values: values as tf.Tensor2D }));
      expect(number(terms.one)).toBeCloseTo(number(wanted), 5);
      made.dispose();
      return [number(terms.mix), number(terms.plain), number(generator?.crossEntropy)];
    });
    smooth?.forEach((value, index) => expect(value).not.toBeCloseTo(usual?.[index] as number, 5));
  });
});

type Numbers = readonly [number, number, number];

const context = (step: number) => ({ rng: createRng(7).fork(step), step, progress: 0, totalSteps: 10 });

describe('adautomix', () => {
  it.each([
    [1, [0, 1, 2, 3]],
    [2, [0, 2]],
    [3, [0, 3]],
    [0, []],
  ])('with an interval of %i is adversarial in steps %j', (advInterval, wanted) => {
    const made = parts({ advInterval });
    const kinds = [0, 1, 2, 3].map((step) => made.method.step(made.student, batch(), context(step)).metrics);
    expect(kinds.flatMap((metrics, step) => ('lossAdversarial' in metrics ? [step] : []))).toEqual(wanted);
    expect(kinds.flatMap((metrics, step) => ('lossCooperative' in metrics ? [] : [step]))).toEqual(wanted);
    made.dispose();
  });

  it('gives losses by group and numbers to log', () => {
    const made = parts();
    const { losses, metrics } = made.method.step(made.student, batch(), context(0));
    expect(Object.keys(losses)).toEqual(['classifier', 'generator']);
    expect(Object.keys(made.method.groups)).toEqual(['classifier', 'generator']);
    for (const [name, value] of Object.entries({ ...losses, ...metrics })) {
      expect(value.shape, name).toEqual([]);
      expect(Number.isFinite(number(value)), name).toBe(true);
    }
    for (const name of [
      'maskEntropy',
      'maskError',
      'maskMean',
      'maskLam',
      'studentAccuracy',
      'mixedAccuracy',
    ]) {
      expect(number(metrics[name]), name).toBeGreaterThanOrEqual(0);
      expect(number(metrics[name]), name).toBeLessThanOrEqual(1);
    }
    made.dispose();
  });

  it.each([
    ['constant', 0],
    ['saturated', 1000],
  ])('tells by its metrics that masks are %s', (collapse, slope) => {
    const made = parts();
    const { method, student } = made;
    for (const variable of Object.values(method.generator.variables)) {
      tf.tidy(() => variable.assign(tf.zerosLike(variable)));
    }
    // Value's weight of λ: the largest share takes all.
    const rows = Array.from({ length: 9 }, (_, row) => (row === 8 ? slope : 0));
    tf.tidy(() => method.generator.variables['conv_v.weight']?.assign(tf.tensor4d(rows, [1, 1, 9, 1])));
    const { metrics } = method.step(student, batch(), context(0));
    const [mean, spread, lam] = ['maskMean', 'maskSpread', 'maskLam'].map((name) => number(metrics[name]));
    expect(maskCollapse({ mean, spread, lam } as CollapseEvidence)).toBe(collapse);
    made.dispose();
  });

  it('skips the generator as often as asked', () => {
    const made = parts({ generatorProb: 0 });
    const { losses, metrics } = made.method.step(made.student, batch(), context(0));
    expect(Object.keys(losses)).toEqual(['classifier']);
    expect(metrics).not.toHaveProperty('cosine');
    made.dispose();
  });

  it('moves the teacher after the step, and keeps nothing', () => {
    const made = parts();
    const { method, student } = made;
    const weight = made.teacher.variables['conv1.weight'] as tf.Variable;
    const before = Array.from(weight.dataSync());
    const images = batch();
    const count = tf.memory().numTensors;
    tf.tidy(() => {
      method.step(student, images, context(0));
    });
    method.afterStep?.(student, context(0));
    expect(tf.memory().numTensors).toBe(count);
    expect(Array.from(weight.dataSync())).not.toEqual(before);
    made.dispose();
  });

  it('resumes from its state', () => {
    const [made, other] = [parts(), parts({ rng: createRng(8) })];
    const state = made.method.state();
    other.method.restore(state);
    tf.dispose({ ...state.tensors });
    other.student.restore(made.student.state());
    const step = ({ method, student }: Parts) =>
      Object.values(method.step(student, batch(), context(1)).losses).map(number);
    expect(step(other)).toEqual(step(made));
    const { 'teacher.conv1.weight': _, ...torn } = made.method.state().tensors;
    const before = Array.from(other.method.generator.variables['conv_v.weight']?.dataSync() ?? []);
    tf.tidy(() => made.method.generator.variables['conv_v.weight']?.assign(tf.zeros([1, 1, 9, 1])));
    expect(() => other.method.restore({ tensors: torn, values: state.values })).toThrow(/teacher|conv1/);
    expect(Array.from(other.method.generator.variables['conv_v.weight']?.dataSync() ?? [])).toEqual(before);
    made.dispose();
    other.dispose();
  });

  it('says that it is disposed', () => {
    const made = parts();
    const mixer = made.method.mixer();
    made.method.dispose();
    const gone = /(MaskGenerator|MixupHead): weights must not be disposed/;
    expect(() => made.method.step(made.student, batch(), context(0))).toThrow(gone);
    expect(() => mixer(batch(), context(0))).toThrow(gone);
    expect(() => made.method.state()).toThrow(gone);
    made.dispose();
  });

  it('takes soft labels', () => {
    const made = parts();
    const { images, labels } = batch();
    const soft = tf.cast(tf.oneHot(labels as tf.Tensor1D, 3), 'float32') as tf.Tensor2D;
    const [hard, same] = [labels, soft].map(
      (each) => made.method.step(made.student, { images, labels: each }, context(0)).losses,
    );
    expect(number(same?.['classifier'])).toBeCloseTo(number(hard?.['classifier']), 5);
    expect(number(same?.['generator'])).toBeCloseTo(number(hard?.['generator']), 5);
    made.dispose();
  });

  it('mixes by its generator, with the teacher', () => {
    const made = parts();
    const { images, sources } = made.method.mixer({ mixSamples: 2 })(batch(), { rng: createRng(0) });
    expect(images.shape).toEqual([4, 8, 12, 3]);
    expect(sources.shape).toEqual([4, 2]);
    made.dispose();
  });

  it('gives up on a generator that keeps failing', () => {
    const made = parts({ generator: { lamConcat: false } });
    const { method, student } = made;
    const weight = method.generator.variables['conv_v.weight'] as tf.Variable;
    const late = (step: number) => ({ ...context(step), totalSteps: 100 });
    const features = tf.ones<tf.Rank.R4>([1, 2, 2, 8]);
    const request = { sources: [[0, 0]], lam: [[0.5, 0.5]], size: [2, 2] as const };
    const good = method.state();
    tf.tidy(() => weight.assign(tf.fill(weight.shape, Number.NaN)));
    const fail = (calls: number) => {
      for (let call = 0; call < calls; call++) tf.dispose(method.generator.generate(features, request));
    };
    // Ten calls between two checks are borne, however many there were before.
    fail(10);
    method.afterStep?.(student, late(49));
    fail(10);
    method.afterStep?.(student, late(99));
    fail(11);
    method.afterStep?.(student, late(48));
    let caught: unknown;
    try {
      method.afterStep?.(student, late(49));
    } catch (error) {
      caught = error;
    }
    expect(isMixError(caught) && caught.code).toBe('NOT_FINITE');
    expect(String(caught)).toContain('got NaN or infinity in 11 calls');
    fail(11);
    method.restore(good);
    expect(() => method.afterStep?.(student, late(99))).not.toThrow();
    made.dispose();
  });

  it('takes the last stage but one, of whichever there are', () => {
    const made = parts();
    expect([made.method.stage, made.method.generator.design.channels]).toEqual([2, 8]);
    expect(parts({ stage: 3 }).method.generator.design.channels).toBe(16);
    made.dispose();
  });

  it.each<[string, Partial<AdautomixOptions>]>([
    ['stage must be an integer of at least 1; got 0', { stage: 0 }],
    ["stage must be one of the classifier's 3 stages; got 4", { stage: 4 }],
    ['beta must be a number from 0 to 1; got 2', { beta: 2 }],
    ['lamMargin must be a number from 0 to 0.5; got 1', { lamMargin: 1 }],
    ['advInterval must be an integer of at least 0; got 0.5', { advInterval: 0.5 }],
    ['weights.mix must be a finite number of at least 0', { weights: { mix: -1 } }],
    ['mixSamples must be an integer of at least 2; got 1', { mixSamples: 1 }],
  ])('says that %s', (message, options) => {
    expect(() => parts(options)).toThrow(message);
  });

  it('leaves nothing behind where it cannot be made', () => {
    const classifier = tinyNetwork();
    const before = tf.memory().numTensors;
    const same = { classifier, teacher: classifier, imageShape: [8, 8, 3], rng: createRng(0) } as const;
    expect(() => adautomix(same)).toThrow('teacher must be another classifier than the student');
    expect(tf.memory().numTensors).toBe(before);
  });
});
