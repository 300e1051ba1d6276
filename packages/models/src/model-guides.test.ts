import { createRng, plainTargets, softCrossEntropy } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { smallModels } from '../test/small-models.js';
import { cam } from './cam.js';
import { gradCam } from './grad-cam.js';

const images = () => {
  const rng = createRng(2);
  return tf.tensor4d(
    Array.from({ length: 2 * 32 * 32 * 3 }, () => rng.normal()),
    [2, 32, 32, 3],
  );
};
const labels = () => tf.tensor1d([2, 0], 'int32');
const numbers = (x: tf.Tensor) => Array.from(x.dataSync());
/** Up to a share of the largest value. */
function close(got: tf.Tensor | undefined, wanted: tf.Tensor, tolerance = 1e-4): void {
  expect(got?.shape).toEqual(wanted.shape);
  const [largest] = numbers(tf.max(tf.abs(wanted)));
  const [off] = numbers(tf.max(tf.abs(tf.sub(got as tf.Tensor, wanted))));
  expect(off).toBeLessThanOrEqual(tolerance * (largest as number));
}

describe.each(Object.entries(smallModels))('the guide of a model: %s', (_, build) => {
  useBackend('wasm');

  it('agrees with its forward pass, stage by stage', () => {
    const model = build({ numClasses: 3, rng: createRng(1) });
    const { guide } = model;
    const { logits, embedding, stages } = model.forward(images(), { training: false });
    for (const [index, stage] of stages.entries()) {
      const features = guide.features(images(), index + 1);
      close(features, stage);
      if (guide.forwardFrom !== undefined) close(guide.forwardFrom(features, index + 1), logits);
    }
    if (guide.forwardFrom !== undefined)
      close(guide.forwardFrom(guide.features(images(), 'last'), 'last'), logits);
    expect((guide.attention === undefined) !== (guide.forwardFrom === undefined)).toBe(true);
    const { kernel, bias } = guide.classifierWeights();
    close(tf.add(tf.matMul(embedding, kernel), bias), logits);
  });

  it('takes the gradient by the images, also through frozen stages', () => {
    const whole = build({ numClasses: 3, rng: createRng(1) });
    const input = tf.variable(images() as tf.Tensor);
    const { grads } = tf.variableGrads(() => {
      const { logits } = whole.forward(input as tf.Tensor as tf.Tensor4D, { training: false });
      return tf.mean(softCrossEntropy(logits, plainTargets(labels()))) as tf.Scalar;
    }, [input]);
    const wanted = grads[input.name] as tf.Tensor;
    expect(numbers(tf.norm(wanted))[0]).toBeGreaterThan(0);
    close(whole.guide.inputGradient(images(), labels(), { mode: 'eval' }).grad, wanted);
    // The stages are frozen, and run as in inference.
    const frozen = build({ numClasses: 3, rng: createRng(1), frozenStages: 1 });
    const before = numbers(tf.norm(frozen.guide.inputGradient(images(), labels(), { mode: 'train' }).grad));
    expect(before[0]).toBeGreaterThan(0);
    close(frozen.guide.inputGradient(images(), labels(), { mode: 'eval' }).grad, wanted);
  });

  it('draws maps', () => {
    const model = build({ numClasses: 3, rng: createRng(1) });
    const { stages } = model.forward(images(), { training: false });
    const maps = gradCam(model, images(), { classes: [1, 2], rectify: false, stage: 1 });
    expect(maps.shape).toEqual(stages[0]?.shape.slice(0, 3));
    expect(numbers(tf.norm(maps))[0]).toBeGreaterThan(0);
    const [, , channels] = model.guide.features(images(), 'last').shape.slice(1);
    const [inputs] = model.guide.classifierWeights().kernel.shape;
    if (model.guide.forwardFrom === undefined || inputs !== channels) {
      expect(() => cam(model, images())).toThrow(/gradCam/);
    } else {
      expect(cam(model, images()).shape[0]).toBe(2);
    }
  });
});
