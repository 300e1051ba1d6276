import {
  adjustMask,
  applyLamMargin,
  type MaskLossMode,
  maskLoss,
  maskLossWeight,
  momentumSchedule,
  rescaleLam,
} from '@mix/automix';
import { blendByMasks } from '@mix/core';
import { cosine } from '@mix/train';
import * as tf from '@tensorflow/tfjs-core';
import { type Check, compare, compareNumbers } from '../check.js';
import { type GoldenCase, tensor, values } from '../golden-case.js';
import type { Family } from './family.js';

/** `mask_loss_*`: regularisers of free masks, and their gradients. */
export const maskLossFamily: Family = async (golden) => {
  const second = tensor<tf.Tensor4D>(golden, 'inputs.mask_second');
  const mode = golden.config['mode'] as MaskLossMode;
  const margin = Number(golden.config['margin']);
  const size = second.shape[0];
  const checks: Check[] = [];
  for (const [index, own] of (golden.config['lams'] as number[]).entries()) {
    const lam = new Array<number>(size).fill(own);
    const loss = (mask: tf.Tensor): tf.Tensor =>
      maskLoss(tf.sub(1, mask) as tf.Tensor4D, lam, { mode, margin });
    const { value, grad } = tf.valueAndGrad(loss)(second);
    checks.push(await compare(golden, `outputs.loss.${index}`, value));
    checks.push(await compare(golden, `grads.mask_second.${index}`, grad));
  }
  return checks;
};

/** `mask_adjust` and `lam_margin`: masks made to have λ as mean, then plain Mixup within the margin. */
export const maskAdjustFamily: Family = async (golden) => {
  const { lam_bb: own, lam_mb: other, lam_margin: margin = 0 } = golden.config as Record<string, number>;
  const images = tensor<tf.Tensor4D>(golden, 'inputs.image');
  const sources = values(golden, 'inputs.index_bb').map((partner, row) => [row, partner]);
  const share = tf.slice(tensor<tf.Tensor4D>(golden, 'inputs.mask'), [0, 0, 0, 0], [-1, -1, -1, 1]);
  const checks: Check[] = [];
  for (const [name, by] of [
    ['fixed', own],
    ['reference', other],
  ] as const) {
    const every = (lam: number | undefined): number[] => sources.map(() => Number(lam));
    const adjusted = applyLamMargin(adjustMask(share as tf.Tensor4D, every(by)), every(own), Number(margin));
    const masks = tf.concat([adjusted, tf.sub(1, adjusted)], 3) as tf.Tensor4D;
    checks.push(await compare(golden, `outputs.mask_${name}`, masks));
    checks.push(await compare(golden, `outputs.mixed_bb_${name}`, blendByMasks(images, sources, masks)));
  }
  return checks;
};

/** `lambda_rescale`: one row for each k. */
export const lamRescaleFamily: Family = async (golden) => {
  const lams = values(golden, 'inputs.lam');
  const rescaled = values(golden, 'inputs.k').flatMap((k) => lams.map((lam) => rescaleLam(clamped(lam), k)));
  return [await compare(golden, 'outputs.rescaled', rescaled)];
};

/** `schedules`: momentum, as published with 0 at step 0 of a scope from 0, and the weight of the mask loss. The learning rate's is `cosine` of `@mix/train`. */
export const schedulesFamily: Family = async (golden) => {
  const config = golden.config as Readonly<Record<string, unknown>>;
  const total = Number(config['total_iters']);
  const momentumAt = momentumSchedule({
    base: Number(config['base_momentum']),
    end: Number(config['end_momentum']),
    scope: config['scope'] as [number, number],
    restartAtZero: true,
  });
  const steps = values(golden, 'inputs.iteration');
  const weights = steps.map((step) =>
    maskLossWeight(Number(config['mask_loss_base']), 'cosine', step / total),
  );
  const momenta = steps.map((step) => momentumAt(step, total));
  const checks = [
    await compare(golden, 'outputs.mask_loss_weight', weights),
    await compare(
      golden,
      'outputs.one_minus_momentum',
      momenta.map((momentum) => 1 - momentum),
    ),
    scalars(golden, 'momentum', momenta),
  ];
  return [...checks, ...learningRates(golden, steps, total)];
};

// `lr_cosine_<from>_to_<to>` at each iteration.
function learningRates(golden: GoldenCase, steps: readonly number[], total: number): Check[] {
  const named = Object.keys(golden.metadata['scalars'] ?? {});
  return named.flatMap((name) => {
    const [, from, to] = /^lr_cosine_(.+)_to_(.+)$/.exec(name) ?? [];
    if (from === undefined || to === undefined) return [];
    const schedule = cosine({ base: Number(from), final: Number(to), totalSteps: total });
    return [scalars(golden, name, steps.map(schedule))];
  });
}

function scalars(golden: GoldenCase, name: string, got: readonly number[]): Check {
  const wanted = (golden.metadata['scalars'] as Readonly<Record<string, number[]>>)[name] ?? [];
  const { atol, rtol } = golden.tolerance;
  return compareNumbers(name, got, wanted, atol + rtol * Math.max(...wanted.map(Math.abs)));
}

// float32 may be a hair beyond 1.
function clamped(lam: number): number {
  return Math.min(Math.max(lam, 0), 1);
}
