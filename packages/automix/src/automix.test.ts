import '@tensorflow/tfjs-layers';
import {
  type Batch,
  blendByLam,
  blendByMasks,
  createRng,
  type Guide,
  identity,
  type Method,
  type Mixer,
  type StepContext,
  sgdUpdate,
  variableGradients,
} from '@mix/core';
import { tinyBatch, tinyNetwork, useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { automix } from './automix.js';
import type { AutomixMethod } from './automix-method.js';
import type { AutomixOptions } from './automix-options.js';
import type { AutomixPass } from './automix-pass.js';
import { applyBlockMix } from './block-mixer.js';
import { maskStatistics } from './mask-statistics.js';
import type { AutomixPlan } from './plan-automix.js';
import { samix } from './samix.js';

useBackend('cpu');

const imageShape = [6, 8, 3] as const;
const make = (options: Partial<AutomixOptions> = {}, of = automix) => {
  const classifier = options.classifier ?? tinyNetwork({ seed: 1 });
  const teacher = tinyNetwork({ seed: 2 });
  const method = of({ classifier, teacher, imageShape, rng: createRng(3), momentum: 0.9, ...options });
  // As large as trained ones, so that masks are not flat.
  Object.values(method.block.variables).forEach((variable, index) => {
    const rng = createRng(index);
    const values = Array.from({ length: variable.size }, () => rng.normal());
    variable.assign(tf.tensor(values, variable.shape));
  });
  return { classifier, teacher, method };
};
const contextAt = (step: number, totalSteps = 10): StepContext => ({
  rng: createRng(7).fork('step', step),
  step,
  progress: step / totalSteps,
  totalSteps,
});
const numbersOf = (x: tf.Tensor): number[] => [...x.dataSync()];
const numberOf = (x: tf.Tensor): number => numbersOf(x)[0]!;
const planOf = (lam: number, size = 4): AutomixPlan => {
  const partner = Array.from({ length: size }, (_, row) => (row + 1) % size);
  const pairs = { partner, lam: partner.map(() => lam) };
  return { generator: pairs, backbone: pairs, trainsGenerator: true, adjustsMasks: false };
};
const passOf = (options: Partial<AutomixOptions>, plan: AutomixPlan, batch: Batch): AutomixPass => {
  const { method, classifier } = make(options);
  return method.pass(classifier, batch, plan, contextAt(0));
};
/** Gradients by all variables there are, of what `of` takes from a step. */
const gradientsOf = (of: (pass: AutomixPass) => tf.Scalar) => {
  const { method, classifier, teacher } = make({ maskLoss: { margin: 0 } });
  const batch = tinyBatch();
  const { grads } = variableGradients(
    () => of(method.pass(classifier, batch, planOf(0.4), contextAt(0))),
    [...Object.values(classifier.variables), ...Object.values(teacher.variables)].concat(
      Object.values(method.groups).flatMap((group) => Object.values(group)),
    ),
  );
  const largest = (variables: Readonly<Record<string, tf.Variable>>): number =>
    Math.max(
      0,
      ...Object.values(variables).map(({ name }) =>
        grads[name] ? numberOf(tf.max(tf.abs(grads[name]))) : 0,
      ),
    );
  return {
    classifier: largest(classifier.variables),
    head: largest(method.network.headVariables),
    block: largest(method.block.variables),
    teacher: largest(teacher.variables),
  };
};

describe('the gradients of a step', () => {
  it.each<[keyof AutomixPass['terms'], readonly string[]]>([
    ['one', ['classifier']],
    ['mix', ['classifier', 'head']],
    ['generator', ['block']],
    ['mask', ['block']],
  ])('of the term %s reach %j alone', (term, reached) => {
    // The variables that a loss does not depend on at all must be on the tape, or tfjs throws.
    const sizes = gradientsOf(({ terms }) => {
      const rest = Object.values(terms).map((loss) => tf.mul(loss, 0));
      return tf.add(terms[term]!, tf.addN(rest)) as tf.Scalar;
    });
    const parts = Object.entries(sizes).filter(([, size]) => size > 1e-9);
    expect(parts.map(([part]) => part)).toEqual(reached);
  });
});

describe('automix', () => {
  it('joins its head to the classifier, has a group for the block, and gives a loss for each', () => {
    const { method, classifier } = make();
    const batch = tinyBatch();
    expect(Object.keys(method.groups['classifier']!)).toEqual(['head_mix.fc.weight', 'head_mix.fc.bias']);
    expect(Object.keys(method.groups['generator']!)).toContain('query.conv.weight');
    expect(method.stage).toBe(1);
    const { losses, metrics } = method.step(classifier, batch, contextAt(0));
    expect(Object.keys(losses)).toEqual(['classifier', 'generator']);
    for (const number of Object.values({ ...losses, ...metrics }))
      expect(numberOf(number)).toEqual(expect.any(Number));
    for (const name of [
      'lam',
      'mixedAccuracy',
      'teacherAccuracy',
      'maskSpread',
      'maskEntropy',
      'lossGenerator',
    ])
      expect(metrics[name], name).toBeDefined();
    const other = make();
    const again = other.method.step(other.classifier, batch, contextAt(0));
    expect(numbersOf(again.losses['generator']!)).toEqual(numbersOf(losses['generator']!));
  });

  it('is plain Mixup within the margin, and the image itself at λ = 1', () => {
    const batch = tinyBatch();
    for (const lam of [1, 0.95]) {
      const plan = planOf(lam);
      const sources = plan.backbone.partner.map((other, row) => [row, other]);
      const wanted = blendByLam(
        batch.images,
        sources,
        sources.map(() => [lam, 1 - lam]),
      );
      const { backbone } = passOf({ lamMargin: 0.08 }, plan, batch);
      const got = numbersOf(backbone.images);
      numbersOf(wanted).forEach((value, index) => expect(got[index]).toBeCloseTo(value, 6));
      if (lam === 1) expect(got).toEqual(numbersOf(batch.images));
    }
    const share = numbersOf(passOf({ lamMargin: 0 }, planOf(0.95), batch).backbone.share);
    expect(Math.max(...share) - Math.min(...share)).toBeGreaterThan(0.01);
  });

  it('adjusts masks to the student λ, or the generator as openmixup does', () => {
    const plan: AutomixPlan = {
      ...planOf(0.3),
      backbone: { ...planOf(0.3).backbone, lam: [0.6, 0.6, 0.6, 0.6] },
      adjustsMasks: true,
    };
    const mean = (options: Partial<AutomixOptions>) =>
      numberOf(tf.mean(passOf(options, plan, tinyBatch()).backbone.share));
    expect(mean({})).toBeCloseTo(0.6, 5);
    expect(mean({ maskAdjustLam: 'generator' })).toBeCloseTo(0.3, 5);
    expect(mean({ compat: 'openmixup' })).toBeCloseTo(0.3, 5);
    const always = make({ maskAdjust: 1 });
    expect(always.method.plan(4, contextAt(0)).adjustsMasks).toBe(true);
  });

  it('trains the generator as often as asked, and keeps the mask loss where openmixup does', () => {
    const losses = (options: Partial<AutomixOptions>) => {
      const { method, classifier } = make({ ...options, maskLoss: { margin: 0 } });
      const { losses: given, metrics } = method.step(classifier, tinyBatch(), contextAt(0));
      return [Object.keys(given), 'lossGenerator' in metrics, 'lossMask' in metrics];
    };
    expect(losses({ generatorProb: 0 })).toEqual([['classifier'], false, false]);
    expect(losses({ generatorProb: 0, compat: 'openmixup' })).toEqual([
      ['classifier', 'generator'],
      false,
      true,
    ]);
    const { method } = make({ generatorProb: 0.8 });
    const kept = Array.from({ length: 300 }, (_, step) => method.plan(4, contextAt(step)).trainsGenerator);
    expect(kept.filter(Boolean).length / 300).toBeCloseTo(0.8, 1);
  });

  it('weighs, decays, smooths, and has other losses for the generator', () => {
    const batch = tinyBatch();
    const terms = (options: Partial<AutomixOptions>): Record<string, number> =>
      Object.fromEntries(
        Object.entries(passOf(options, planOf(0.4), batch).terms).map(([name, loss]) => [
          name,
          numberOf(loss),
        ]),
      );
    const usual = terms({ maskLoss: { margin: 0 } });
    const other = terms({ maskLoss: { margin: 0, weight: 0.2 }, weights: { one: 2, mix: 3, generator: 4 } });
    for (const [name, factor] of Object.entries({ one: 2, mix: 3, generator: 4, mask: 2 })) {
      expect(other[name]).toBeCloseTo(usual[name]! * factor, 4);
    }
    expect(terms({ etaLoss: 'ce', eta: 0.1 })['generator']).toBeCloseTo(usual['generator']!, 6);
    for (const options of [{ etaLoss: 'bce' }, { etaLoss: 'decoupled' }] as const) {
      expect(terms(options)['generator']).not.toBeCloseTo(usual['generator']!, 3);
    }
    expect(terms({ etaLoss: 'bce', eta: 0 })['generator']).toBeLessThan(
      terms({ etaLoss: 'bce', eta: 1 })['generator']!,
    );
    expect(terms({ labelSmoothing: 0.1 })['one']).not.toBeCloseTo(usual['one']!, 3);
    expect(terms({ headOneMix: identity })['one']).toBeCloseTo(usual['one']!, 6);
  });

  it("lends the step's guide to the mixer of the one-hot head", () => {
    const guide = {} as Guide;
    const seen: unknown[] = [];
    const headOneMix: Mixer = (batch, context) => {
      seen.push(context.guide);
      return identity(batch, context);
    };
    const { method, classifier } = make({ headOneMix });
    method.step(classifier, tinyBatch(), { ...contextAt(0), guide });
    expect(seen).toEqual([guide]);
  });

  it('takes the stage it is told, one row, λ by row and soft labels', () => {
    const batch = tinyBatch({ size: 1 });
    for (const options of [{ stage: 2 }, { lamPer: 'sample', derangement: true }] as const) {
      const { method, classifier } = make(options, samix);
      expect(numberOf(method.step(classifier, batch, contextAt(0)).losses['generator']!)).toEqual(
        expect.any(Number),
      );
    }
    const { images } = tinyBatch();
    const soft = { images, labels: tf.fill([4, 3], 1 / 3) as tf.Tensor2D };
    const { method, classifier } = make();
    expect(Number.isFinite(numberOf(method.step(classifier, soft, contextAt(0)).losses['classifier']!))).toBe(
      true,
    );
  });

  it.each<[Partial<AutomixOptions>, RegExp]>([
    [{ stage: 3 }, /automix: stage must be one of the classifier's 2 stages; got 3/],
    [{ lamMargin: 0.6 }, /lamMargin must be a number from 0 to 0.5/],
    [{ generatorProb: 2 }, /generatorProb must be a number from 0 to 1/],
    [{ maskLoss: { margin: 2 } }, /automix: maskLoss\.margin must be a number from 0 to 1/],
    [{ maskLoss: { mode: 'L3' as never } }, /automix: maskLoss\.mode must be one of/],
    [{ alpha: 0 }, /alpha must be a finite number above 0/],
  ])('refuses %j', (options, message) => {
    expect(() => make(options).method.plan(2, contextAt(0))).toThrow(message);
  });

  it('needs the number of steps for a schedule that counts them', () => {
    const { method, classifier } = make({ momentum: 'auto' });
    const { totalSteps: _, ...context } = contextAt(0);
    expect(() => method.afterStep?.(classifier, context)).toThrow(
      /totalSteps must be an integer of at least 1/,
    );
  });
});

describe('training', () => {
  const train = (method: Method, classifier: ReturnType<typeof tinyNetwork>, from: number, to: number) => {
    const groups = [classifier.variables, ...Object.values(method.groups)];
    const losses: number[] = [];
    for (let step = from; step < to; step++) {
      const batch = tinyBatch({ size: 6, seed: step % 3 });
      tf.tidy(() => {
        const variables = groups.flatMap((group) => Object.values(group));
        const { value, grads } = variableGradients(() => {
          const given = Object.values(method.step(classifier, batch, contextAt(step)).losses);
          return tf.addN(given) as tf.Scalar;
        }, variables);
        losses.push(numberOf(value));
        for (const variable of variables) {
          const gradient = grads[variable.name];
          if (gradient != null) {
            variable.assign(
              sgdUpdate({ weights: variable as tf.Tensor, gradient }, { learningRate: 0.1 }).weights,
            );
          }
        }
      });
      method.afterStep?.(classifier, contextAt(step));
      tf.dispose(batch);
    }
    return losses;
  };

  it.each([
    ['automix', automix],
    ['samix', samix],
  ] as const)('%s: resumes exactly, and keeps no tensor of its steps', (_, of) => {
    const whole = make({ classifier: tinyNetwork({ seed: 1 }) }, of);
    const student = whole.classifier as ReturnType<typeof tinyNetwork>;
    train(whole.method, student, 0, 1);
    const saved = { method: whole.method.state(), student: student.state() };
    const tensors = tf.memory().numTensors;
    const went = train(whole.method, student, 1, 3);
    expect(tf.memory().numTensors).toBe(tensors);

    const other = make({}, of);
    const again = other.classifier as ReturnType<typeof tinyNetwork>;
    again.restore(saved.student);
    other.method.restore(saved.method);
    expect(train(other.method, again, 1, 3)).toEqual(went);
  });

  it('changes nothing when a state does not fit', () => {
    const { method } = make();
    const before = method.state().tensors;
    const { 'head_mix.fc.bias': _, ...tensors } = make({ rng: createRng(9) }, samix).method.state().tensors;
    expect(() => method.restore({ tensors, values: {} })).toThrow(/MixBlock.restore: state must hold/);
    const { 'teacher_head_mix.fc.bias': __, ...partial } = make({ rng: createRng(9) }).method.state().tensors;
    expect(() => method.restore({ tensors: partial, values: {} })).toThrow(/MomentumNetwork.restore: state/);
    for (const [name, tensor] of Object.entries(method.state().tensors)) {
      expect(numbersOf(tensor)).toEqual(numbersOf(before[name]!));
    }
  });

  it('gives a mixer of the trained block', () => {
    const { method }: { method: AutomixMethod } = make();
    const batch = tinyBatch();
    const mixer = method.mixer({ derangement: true });
    const tensors = tf.memory().numTensors;
    const mixed = mixer(batch, { rng: createRng(0), masks: true });
    expect(tf.memory().numTensors - tensors).toBe(6);
    const means = numbersOf(tf.mean(mixed.masks!, [1, 2]));
    means.forEach((mean, index) => expect(numbersOf(mixed.lam)[index]).toBeCloseTo(mean, 5));
    expect(mixed.targets.kind === 'sparse' && numbersOf(mixed.targets.weights)[0]).toBeCloseTo(
      mixed.plan.lam[0]!,
      6,
    );
    const sources = mixed.plan.partner.map((other, row) => [row, other]);
    const wanted = numbersOf(blendByMasks(batch.images, sources, mixed.masks!));
    numbersOf(mixed.images).forEach((value, index) => expect(value).toBeCloseTo(wanted[index]!, 5));
  });

  it('mixes as the method does: with its margin and its rescaling, unless told otherwise', () => {
    const { method } = make({ lamMargin: 0.5, maskAdjust: 1 });
    const spreadOf = (options?: Parameters<typeof method.mixer>[0]): number => {
      const { masks } = method.mixer(options)(tinyBatch(), { rng: createRng(0), masks: true });
      return numberOf(maskStatistics(masks!).spread);
    };
    expect(spreadOf()).toBeCloseTo(0, 6);
    expect(spreadOf({ lamMargin: 0 })).toBeGreaterThan(0.001);
    const drawn = method.mixer({ maskAdjust: 0 })(tinyBatch(), { rng: createRng(0) });
    expect(drawn.plan.adjustsMasks).toBeUndefined();
  });

  it('rescales masks to λ on request', () => {
    const mixed = make().method.mixer({ maskAdjust: 1, lamPer: 'sample' })(tinyBatch(), {
      rng: createRng(0),
    });
    expect(mixed.plan.adjustsMasks).toBe(true);
    numbersOf(tf.slice(mixed.lam, [0, 0], [-1, 1])).forEach((shown, row) => {
      expect(shown).toBeCloseTo(mixed.plan.lam[row]!, 5);
    });
    expect(() => make().method.mixer({ maskAdjust: 2 })).toThrow(
      /createBlockMixer: maskAdjust must be a number from 0 to 1; got 2/,
    );
    expect(() => make().method.mixer({ alpha: 0 })).toThrow(/createBlockMixer: alpha must be/);
  });

  it('keeps the loss on a mix out of the block', () => {
    const { method, teacher } = make();
    const mix = method.mixer();
    const all = [...Object.values(teacher.variables), ...Object.values(method.block.variables)];
    for (const variable of all) variable.trainable = true;
    const loss = () => tf.sum(mix(tinyBatch(), { rng: createRng(0) }).images) as tf.Scalar;
    expect(() => tf.variableGrads(loss, all)).toThrow(/Cannot find a connection/);
  });

  it.each([
    [{ method: 'mixup' }, /plan.method must be one of 'mixBlock'; got "mixup"/],
    [{ shape: [4, 8, 6] }, /plan.shape must be the batch's \[B,H,W\]=\[4,6,8\]/],
    [{ partner: null }, /plan.partner must be a list; got null/],
    [{ partner: [1, 2, 3, 4] }, /partner must be rows from 0 to 3; got 4/],
    [{ lam: [0.5, 0.5, 0.5, 'x'] }, /lam must be a number from 0 to 1; got "x"/],
    [{ lam: [0.5] }, /lam must have one number for each of 4 rows/],
  ])('applies plans read back from JSON, and refuses %j', (damage, message) => {
    const { method, teacher: classifier } = make();
    const batch = tinyBatch();
    const { block, stage } = method;
    const mixed = method.mixer({ derangement: true })(batch, { rng: createRng(0) });
    const plan = JSON.parse(JSON.stringify(mixed.plan));
    const again = applyBlockMix(batch, plan, { block, classifier, stage });
    expect(numbersOf(again.images)).toEqual(numbersOf(mixed.images));
    expect(() => applyBlockMix(batch, { ...plan, ...damage }, { block, classifier, stage })).toThrow(message);
  });
});
