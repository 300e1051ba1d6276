import { createRng, denseTargets, plainTargets } from '@mix/core';
import { tinyBatch, useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { applySoftCrop, planSoftCrop, type SoftCropPlan, softCrop, softCropVisibility } from './soft-crop.js';
import { softKl } from './soft-kl.js';

const soften = { numClasses: 3 };
describe('applySoftCrop', () => {
  useBackend('cpu');
  const batch = () => ({
    images: tf.tensor4d([1, 2, 3, 4, 5, 6], [1, 2, 3, 1]),
    labels: tf.tensor1d([1], 'int32'),
  });
  const plan: SoftCropPlan = {
    method: 'softCrop',
    shape: [1, 2, 3],
    offsets: [[1, -1]],
    background: [[9]],
    visibility: 'area',
    soften,
  };

  it('shows the image from its offset on, colour beyond, and softens the label', () => {
    const mixed = applySoftCrop(batch(), plan, { masks: true });
    expect([...mixed.images.dataSync()]).toEqual([9, 4, 5, 9, 9, 9]);
    expect([...(mixed.masks as tf.Tensor4D).dataSync()]).toEqual([0, 1, 1, 0, 0, 0]);
    // A third is visible: p = 1 − (2/3)·(2/3)².
    const p = 1 - (2 / 3) ** 3;
    const values = [...denseTargets(mixed.targets, 3).dataSync()];
    [(1 - p) / 2, p, (1 - p) / 2].forEach((wanted, index) => expect(values[index]).toBeCloseTo(wanted, 6));
  });

  it('returns the image bit for bit at no offset, and a blank with a uniform label beyond it', () => {
    const still = applySoftCrop(batch(), { ...plan, offsets: [[0, 0]] });
    expect([...still.images.dataSync()]).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...denseTargets(still.targets, 3).dataSync()]).toEqual([0, 1, 0]);
    const blank = applySoftCrop(batch(), { ...plan, offsets: [[-2, 0]] });
    expect([...blank.images.dataSync()]).toEqual(Array(6).fill(9));
    for (const value of denseTargets(blank.targets, 3).dataSync()) expect(value).toBeCloseTo(1 / 3, 6);
  });

  it('refuses to soften by less than two classes, and leaves nothing behind', () => {
    const given = batch();
    const before = tf.memory().numTensors;
    const wrong = { ...plan, soften: { numClasses: 1 } };
    expect(() => applySoftCrop(given, wrong)).toThrow('applySoftCrop: numClasses must be an integer');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('measures what is seen by area or by intersection over union', () => {
    expect(softCropVisibility([8, -16], [32, 32])).toBeCloseTo(0.375, 12);
    expect(softCropVisibility([8, -16], [32, 32], 'iou')).toBeCloseTo(0.375 / 1.625, 12);
  });

  it('draws normal colours for each row', () => {
    const many = tinyBatch({ size: 500, height: 2, width: 2 });
    const drawn = planSoftCrop([500, 2, 2], createRng(1), { soften, background: 0.5 });
    const blank = { ...drawn, offsets: drawn.offsets.map(() => [2, 2] as const) };
    const colours = [...tf.slice(applySoftCrop(many, blank).images, 0, [500, 1, 1, 3]).dataSync()];
    const deviation = Math.sqrt(colours.reduce((sum, value) => sum + value * value, 0) / 1500);
    expect(Math.abs(deviation - 0.5)).toBeLessThan(5 * (0.5 / Math.sqrt(3000)));
  });

  it.each([
    [{ offsets: [[3, 0]] }, /applySoftCrop: plan.offsets must be whole pixels up to \[2,3\]; got \[3,0\]/],
    [{ background: [[1, 2]] }, /applySoftCrop: plan.background must be 1 colours of 1 channels/],
    [{ visibility: 'all' }, /applySoftCrop: plan.visibility must be one of 'area', 'iou'/],
  ])('refuses %j', (wrong, message) => {
    expect(() => applySoftCrop(batch(), { ...plan, ...wrong } as never)).toThrow(message);
  });
});

describe('planSoftCrop', () => {
  it('draws offsets from a truncated normal, towards zero', () => {
    const { offsets } = planSoftCrop([20_000, 40, 1000], createRng(2), { soften, sigma: 20 });
    expect(Math.max(...offsets.map(([rows]) => Math.abs(rows)))).toBeLessThanOrEqual(40);
    const columns = offsets.map(([, column]) => column);
    const within = columns.filter((column) => Math.abs(column) < 20).length / 20_000;
    // |g| < 20 = σ, since truncation keeps −19.x and 19.x.
    expect(Math.abs(within - 0.6827)).toBeLessThan(5 * Math.sqrt(0.2166 / 20_000));
    expect(columns.some((column) => Object.is(column, -0))).toBe(false);
  });

  it.each([
    [{ soften: { numClasses: 1 } }, /softCrop: numClasses must be an integer of at least 2/],
    [{ soften, sigma: 0 }, /softCrop: sigma must be a finite number above 0/],
    [{ soften, background: -1 }, /softCrop: background must be a finite number of at least 0/],
    [{ soften, visibility: 'all' }, /softCrop: visibility must be one of/],
  ])('refuses %j', (options, message) => {
    expect(() => softCrop(options as never)).toThrow(message);
  });
});

describe('softKl', () => {
  useBackend('cpu');

  it('is 0 where the prediction is the target, and weights rows by confidence', () => {
    const values = tf.tensor2d([0.8, 0.2, 0.5, 0.5], [2, 2]);
    const targets = { kind: 'dense', values } as const;
    for (const loss of softKl()(tf.log(values), targets).dataSync()) expect(loss).toBeCloseTo(0, 6);
    const logits = tf.zeros<tf.Rank.R2>([2, 2]);
    const divergence = 0.8 * Math.log(1.6) + 0.2 * Math.log(0.4);
    expect(softKl()(logits, targets).dataSync()[0]).toBeCloseTo(0.8 * divergence, 6);
    expect(softKl({ reweight: 'published' })(logits, targets).dataSync()[0]).toBeCloseTo(
      0.65 * divergence,
      6,
    );
    expect(softKl({ reweight: 'none' })(logits, targets).dataSync()[0]).toBeCloseTo(divergence, 6);
  });

  it('is the cross-entropy of plain labels, and refuses other weights', () => {
    const loss = softKl()(tf.zeros([1, 4]), plainTargets(tf.tensor1d([2], 'int32')));
    expect(loss.dataSync()[0]).toBeCloseTo(Math.log(4), 6);
    expect(() => softKl({ reweight: 'mean' as never })).toThrow(/softKl: reweight must be one of/);
  });
});
