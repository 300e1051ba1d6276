import { type Classifier, createRng, type StepContext } from '@mix/core';
import { tinyBatch, tinyNetwork, useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { automix } from './automix.js';
import type { AutomixOptions } from './automix-options.js';
import { pairTargets } from './pair-targets.js';
import { samix } from './samix.js';

useBackend('cpu');

const context: StepContext = { rng: createRng(7), step: 0, progress: 0, totalSteps: 10 };
const given = (): AutomixOptions => ({
  classifier: tinyNetwork({ seed: 1 }),
  teacher: tinyNetwork({ seed: 2 }),
  imageShape: [6, 8, 3],
  rng: createRng(3),
});
/** That it throws so, and leaves no tensor behind. */
const refuses = (run: () => unknown, message: string | RegExp): void => {
  const count = tf.memory().numTensors;
  expect(run).toThrow(message);
  expect(tf.memory().numTensors).toBe(count);
};
const without = (name: keyof AutomixOptions): AutomixOptions => {
  const { [name]: _, ...rest } = given();
  return rest as AutomixOptions;
};

describe('automix', () => {
  it.each<[string, () => AutomixOptions, string]>([
    [
      'no classifier',
      () => without('classifier'),
      'automix: classifier must be a Classifier; got "undefined"',
    ],
    ['no teacher', () => without('teacher'), 'createMomentumNetwork: teacher must be a Classifier'],
    [
      'a size alone',
      () => ({ ...given(), imageShape: [8, 8] as never }),
      'automix: imageShape must be [height, width, channels]; got [8,8]',
    ],
    [
      'no number',
      () => ({ ...given(), imageShape: [Number.NaN, 8, 3] as const }),
      'automix: imageShape must be [height',
    ],
    [
      'no mixer',
      () => ({ ...given(), headOneMix: 'cutmix' as never }),
      'automix: headOneMix must be a mixer such as cutmix()',
    ],
  ])('refuses %s, and keeps nothing', (_, options, message) => {
    const wrong = options();
    refuses(() => automix(wrong), message);
  });

  it('names the shape that the classifier does not take', () => {
    const options = given();
    const picky: Classifier = {
      ...options.classifier,
      forward() {
        throw new Error('needs 3 channels');
      },
    };
    const message = 'automix: imageShape must be what the classifier takes (needs 3 channels); got [6,8,1]';
    refuses(() => automix({ ...options, classifier: picky, imageShape: [6, 8, 1] }), message);
  });

  it('refuses another classifier than its own, in the step and after it', () => {
    const method = automix(given());
    const other = tinyNetwork({ seed: 1 });
    const message = 'classifier must be the student it was made for';
    expect(() => method.step(other, tinyBatch(), context)).toThrow(message);
    expect(() => method.afterStep?.(other, context)).toThrow(message);
  });

  it('says that it is disposed', () => {
    const options = given();
    const method = automix(options);
    const mixer = method.mixer();
    method.dispose();
    const gone = /^Mix(Block|upHead|.*Network): \w+ must not be disposed/;
    const { classifier } = options;
    expect(() => method.step(classifier, tinyBatch(), context)).toThrow(gone);
    expect(() => mixer(tinyBatch(), context)).toThrow(gone);
    expect(() => method.afterStep?.(classifier, context)).toThrow('MomentumNetwork: heads must not be');
    expect(() => method.network.classify(classifier, tinyBatch().images)).toThrow(gone);
    expect(() => method.state()).toThrow(gone);
    expect(() => method.network.state()).toThrow('MomentumNetwork: heads must not be disposed');
  });

  it('says that images are disposed', () => {
    const options = given();
    const method = automix(options);
    const batch = tinyBatch();
    batch.images.dispose();
    const message = 'automix: images must not be disposed; got [4,6,8,3]';
    expect(() => method.step(options.classifier, batch, context)).toThrow(message);
  });

  it('looks at labels before anything is run', () => {
    const options = given();
    const method = automix(options);
    const { images } = tinyBatch();
    const labels: tf.Tensor2D = tf.zeros([4, 7]);
    refuses(
      () => method.step(options.classifier, { images, labels }, context),
      'automix: labels must be int32 [B] or float32 [B,3]; got [4,7]',
    );
  });
});

describe("etaLoss 'decoupled'", () => {
  it('refuses soft labels before anything is run', () => {
    const options = given();
    const method = automix({ ...options, etaLoss: 'decoupled' });
    const { images } = tinyBatch();
    const labels: tf.Tensor2D = tf.fill([4, 3], 1 / 3);
    refuses(
      () => method.step(options.classifier, { images, labels }, context),
      "automix: labels must be int32 [B] with etaLoss: 'decoupled'; got [4,3]. Label the batch with classes",
    );
  });
});

describe('pairTargets', () => {
  it.each([
    [{ partner: [1, 0], lam: [0.5] }, 'lam must have 2 rows, as partner has; got 1'],
    [{ partner: [1], lam: [0.5] }, 'labels must have 1 rows, as partner has; got 2'],
  ])('refuses %j', (pairs, message) => {
    const labels = tf.tensor1d([0, 1], 'int32');
    refuses(() => pairTargets(labels, pairs), `pairTargets: ${message}`);
  });
});

describe('restore', () => {
  const stateOf = (options: Partial<AutomixOptions>, of = automix) => of({ ...given(), ...options }).state();

  it.each([
    [{ block: { scaleScores: false } }, 'MixBlock.restore: state must be of scaleScores true; got "false"'],
    [{ block: { upsampling: 'bilinear' as const } }, 'MixBlock.restore: state must be of upsampling'],
    [{ stage: 2 }, 'automix: state must be of stage 1; got 2'],
  ])('refuses a state of %j, and keeps nothing', (options, message) => {
    const method = automix({ ...given(), stage: 1 });
    const state = stateOf(options);
    refuses(() => method.restore(state), message);
  });

  it('refuses the state of SAMix', () => {
    const method = automix(given());
    const state = stateOf({}, samix);
    refuses(() => method.restore(state), 'MixBlock.restore: state must be of lamMultiply "none"');
  });

  it('takes one whose lists of one and defaults are written out, and gives its own back', () => {
    const plain = samix(given());
    const valueHidden = Math.floor(plain.block.design.channels / 2);
    const block = { rescale: [0.25], upsampling: ['bilinear'], valueHidden } as const;
    const spelled = samix({ ...given(), block });
    expect(() => plain.restore(spelled.state())).not.toThrow();
    expect(() => spelled.restore(plain.state())).not.toThrow();
    const wider = samix({ ...given(), block: { ...block, rescale: [0.25, 1] } });
    const message = 'MixBlock.restore: state must be of rescale 0.25; got "[0.25,1]"';
    expect(() => plain.restore(wider.state())).toThrow(message);
  });

  it('takes one that was only begun with other weights, or says a default', () => {
    const method = automix(given());
    expect(() => method.restore(stateOf({ block: { initDeviation: 1, reduction: 2 } }))).not.toThrow();
  });
});
