import { denseTargets } from '@mix/core';
import { applySoftCrop, softConfidence, softCropVisibility, softKl } from '@mix/handcrafted';
import type * as tf from '@tensorflow/tfjs-core';
import { type Check, compare, compareExactly } from '../check.js';
import { rows, tensor, values } from '../golden-case.js';
import { batchOf } from './batch-of.js';
import type { Family } from './family.js';
import { lossAndGradient } from './loss-and-gradient.js';

export const softConfidenceFamily: Family = async (golden) => {
  const curve = rows(values(golden, 'inputs.v_T_pow_max_K.f64'), 5).map(
    ([visible = 0, threshold = 1, power = 1, maxProb = 1, numClasses = 2]) =>
      softConfidence(visible, { numClasses, threshold, power, maxProb }),
  );
  return [await compare(golden, 'outputs.p.f64', curve)];
};

const weightings = { reweight0: 'none', reweight1: 'rows', reweight1_reference: 'published' } as const;

export const softCropFamily: Family = async (golden) => {
  const { batch, shape } = batchOf(golden);
  const { num_classes, power, T, max_prob } = golden.config as Record<string, number>;
  const numClasses = num_classes as number;
  const soften = { numClasses, power: power as number, threshold: T as number, maxProb: max_prob as number };
  const offsets = rows(values(golden, 'inputs.offsets'), 2) as [number, number][];
  const background = rows(values(golden, 'inputs.bg_colour'), batch.images.shape[3]);
  const plan = { method: 'softCrop', shape, offsets, background, visibility: 'area', soften } as const;
  const { images, targets } = applySoftCrop(batch, plan);
  const visible = offsets.map((offset) => softCropVisibility(offset, [shape[1], shape[2]]));
  const checks: Check[] = [
    await compareExactly(golden, 'outputs.x', images),
    await compare(golden, 'outputs.y', denseTargets(targets, numClasses)),
    await compare(golden, 'outputs.visibility', visible),
    await compare(
      golden,
      'outputs.p',
      visible.map((share) => softConfidence(share, soften)),
    ),
  ];
  const logits = tensor<tf.Tensor2D>(golden, 'inputs.logits');
  for (const [suffix, reweight] of Object.entries(weightings)) {
    const { value, grad } = lossAndGradient(softKl({ reweight }), logits, targets);
    checks.push(await compare(golden, `outputs.kl_${suffix}`, value));
    checks.push(await compare(golden, `outputs.grad_${suffix}`, grad));
  }
  return checks;
};
