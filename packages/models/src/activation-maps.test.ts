import { type Classifier, createRng, isMixError, resample } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { cam } from './cam.js';
import { cifarResnet } from './cifar-resnet.js';
import { gradCam } from './grad-cam.js';
import { visionTransformer } from './internal/vision-transformer.js';

const numbers = (x: tf.Tensor) => Array.from(x.dataSync());
const noise = () => {
  const rng = createRng(4);
  return tf.tensor4d(
    Array.from({ length: 2 * 8 * 12 * 3 }, () => rng.normal()),
    [2, 8, 12, 3],
  );
};
const resnet = () => cifarResnet({ depth: 8, width: 2, numClasses: 3, rng: createRng(3) });
const transformer = () =>
  visionTransformer('visionTransformer', {
    ...{ width: 8, depth: 4, heads: 2, imageSize: [8, 12], patchSize: 4, numClasses: 3 },
    rng: createRng(3),
  });
function close(got: tf.Tensor, wanted: tf.Tensor, digits = 5): void {
  expect(got.shape).toEqual(wanted.shape);
  const expected = numbers(wanted);
  for (const [index, value] of numbers(got).entries()) expect(value).toBeCloseTo(expected[index]!, digits);
}
function caught(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}

/** Stage 1 is the image; the logits are its places' products: (a·d, b·c, a + 2b) for the map [[a, b], [c, d]] of the first channel. */
const byHand: Classifier = {
  numClasses: 3,
  variables: {},
  state: () => ({ tensors: {}, values: {} }),
  restore: () => undefined,
  forward: (images, { intercept }) =>
    tf.tidy(() => {
      const map = intercept === undefined ? images : intercept.apply(images);
      const rows = tf.reshape(map, [-1, map.shape[1] * map.shape[2] * map.shape[3]]);
      const at = (index: number) => tf.slice(rows, [0, index], [-1, 1]);
      const [a, b, c, d] = [at(0), at(2), at(4), at(6)] as const;
      const logits = tf.concat([tf.mul(a, d), tf.mul(b, c), tf.add(a, tf.mul(b, 2))], 1) as tf.Tensor2D;
      return { logits, embedding: rows as tf.Tensor2D, stages: [tf.clone(map)] };
    }),
};
// First channel [[1, -2], [3, 5]]; the second does not matter.
const image = () => tf.tensor4d([1, 9, -2, 9, 3, 9, 5, 9], [1, 2, 2, 2]);

describe('gradCam', () => {
  useBackend('wasm');

  it('weighs the channels by the mean gradient, and rectifies', () => {
    // ∂(a·d) is d at a and a at d: its mean is (5 + 1) / 4.
    const wanted = (values: number[]) => tf.tensor3d(values, [1, 2, 2]);
    close(gradCam(byHand, image(), { classes: [0] }), wanted([1.5, 0, 4.5, 7.5]));
    close(gradCam(byHand, image(), { classes: [0], rectify: false }), wanted([1.5, -3, 4.5, 7.5]));
    // ∂(b·c): (3 − 2) / 4. ∂(a + 2b): 3 / 4.
    close(gradCam(byHand, image(), { classes: tf.tensor1d([1], 'int32') }), wanted([0.25, 0, 0.75, 1.25]));
    close(gradCam(byHand, image(), { classes: [2], stage: 1 }), wanted([0.75, 0, 2.25, 3.75]));
    // Logits 5, −6 and −3: class 0 it is.
    close(gradCam(byHand, image()), wanted([1.5, 0, 4.5, 7.5]));
  });

  it('resizes, then moves to [0,1]', () => {
    const options = { classes: [0], rectify: false };
    const plain = gradCam(byHand, image(), options);
    const large = tf.squeeze(resample(tf.expandDims(plain, 3) as tf.Tensor4D, { size: [3, 5] }), [3]);
    close(gradCam(byHand, image(), { ...options, size: [3, 5] }), large);
    const both = numbers(gradCam(byHand, image(), { ...options, size: [3, 5], normalize: true }));
    const [low, high] = [Math.min(...numbers(large)), Math.max(...numbers(large))];
    numbers(large).forEach((value, index) =>
      expect(both[index]).toBeCloseTo((value - low) / (high - low), 5),
    );
    expect(numbers(gradCam(byHand, tf.zeros([1, 2, 2, 2]), { normalize: true }))).toEqual([0, 0, 0, 0]);
  });

  it('is the gradient of the logit by the features, at any stage', () => {
    const model = resnet();
    for (const stage of [1, 2, 3]) {
      const features = model.guide.features(noise(), stage);
      const logit = (x: tf.Tensor) =>
        tf.sum(tf.mul(model.guide.forwardFrom!(x as tf.Tensor4D, stage), tf.oneHot([2, 1], 3))) as tf.Tensor;
      const weights = tf.mean(tf.grad(logit)(features), [1, 2], true);
      close(
        gradCam(model, noise(), { stage, classes: [2, 1] }),
        tf.relu(tf.sum(tf.mul(features, weights), 3)),
      );
    }
  });

  it('sees the patches of a transformer before its last stage', () => {
    const model = transformer();
    const maps = gradCam(model, noise(), { rectify: false });
    expect(maps.shape).toEqual([2, 2, 3]);
    close(gradCam(model, noise(), { rectify: false, stage: 3 }), maps, 8);
    expect(Math.max(...numbers(tf.abs(maps)))).toBeGreaterThan(0);
    const error = caught(() => gradCam(model, noise(), { stage: 'last' }));
    expect(isMixError(error) && error.code).toBe('UNSUPPORTED');
    expect(String(error)).toContain('gradCam: stage must be before the last of a transformer');
  });

  it('may be called while a gradient is taken, and leaves no tensors behind', () => {
    const model = resnet();
    const images = noise();
    const alone = gradCam(model, images);
    const before = tf.memory().numTensors;
    const weight = tf.tidy(() => tf.variable(tf.scalar(2)));
    let inside: number[] = [];
    const { value, grads } = tf.variableGrads(() => {
      inside = numbers(gradCam(model, images));
      return tf.square(weight) as tf.Scalar;
    }, [weight]);
    expect(inside).toEqual(numbers(alone));
    tf.dispose([value, grads, weight, gradCam(model, images, { size: [4, 4], normalize: true })]);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('cam', () => {
  useBackend('wasm');

  it('averages to the logit less the bias, and is Grad-CAM times the number of places', () => {
    const model = resnet();
    const { logits } = model.forward(noise(), { training: false });
    const maps = cam(model, noise(), { classes: [0, 2] });
    const chosen = tf.sum(
      tf.mul(tf.sub(logits, model.guide.classifierWeights().bias), tf.oneHot([0, 2], 3)),
      1,
    );
    close(tf.mean(maps, [1, 2]), chosen);
    const gradient = gradCam(model, noise(), { classes: [0, 2], rectify: false });
    close(tf.mul(gradient, 2 * 3), maps);
  });

  it('takes the likeliest class, a size and a range like gradCam', () => {
    const model = resnet();
    const likeliest = tf.argMax(model.forward(noise(), { training: false }).logits, 1) as tf.Tensor1D;
    const options = { size: [8, 12], normalize: true } as const;
    const maps = cam(model, noise(), options);
    close(maps, cam(model, noise(), { ...options, classes: likeliest }));
    expect(maps.shape).toEqual([2, 8, 12]);
    expect(numbers(tf.max(maps, [1, 2]))).toEqual([1, 1]);
    expect(numbers(tf.min(maps, [1, 2]))).toEqual([0, 0]);
  });

  it('leaves no tensors behind', () => {
    const [model, images] = [resnet(), noise()];
    const before = tf.memory().numTensors;
    cam(model, images, { normalize: true }).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each<[string, () => unknown]>([
    [
      'cam: model.guide must have features, forwardFrom and classifierWeights',
      () => cam(transformer(), noise()),
    ],
    ['cam: classes must be 2 of them, one a row; got [1]', () => cam(resnet(), noise(), { classes: [1] })],
    ['cam: classes must be below 3; got 3', () => cam(resnet(), noise(), { classes: [1, 3] })],
    [
      'gradCam: classes must be [2]; got [1]',
      () => gradCam(resnet(), noise(), { classes: tf.tensor1d([1], 'int32') }),
    ],
    [
      'cam: classes must be int32; got "float32"',
      () => cam(resnet(), noise(), { classes: tf.tensor1d([1, 2]) }),
    ],
    ["gradCam: stage must be from 1 to 3, or 'last'; got 4", () => gradCam(resnet(), noise(), { stage: 4 })],
  ])('says: %s', (message, action) => {
    const error = caught(action);
    expect(isMixError(error)).toBe(true);
    expect(String(error)).toContain(message);
  });
});
