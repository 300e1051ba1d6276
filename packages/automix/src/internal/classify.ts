import {
  type Batch,
  decoupledCrossEntropy,
  invalidArgument,
  smoothTargets,
  softBce,
  softCrossEntropy,
  type Targets,
} from '@mix/core';
import type { Scalar, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { ResolvedOptions } from '../automix-options.js';

/** Mean cross-entropy of targets that are smoothed here. */
export function crossEntropy(logits: Tensor2D, targets: Targets, smoothing: number): Scalar {
  return tf.mean(softCrossEntropy(logits, smoothed(logits, targets, smoothing))) as Scalar;
}

/** Throws for labels that the generator's loss has no formula for: to be called before the first op. */
export function checkLabels(
  labels: Batch['labels'],
  { name, etaLoss }: Pick<ResolvedOptions, 'name' | 'etaLoss'>,
): void {
  if (etaLoss !== 'decoupled' || labels.rank === 1) return;
  throw invalidArgument(name, 'labels', "be int32 [B] with etaLoss: 'decoupled'", labels.shape, {
    code: 'UNSUPPORTED',
    remedy: "Label the batch with classes, or take etaLoss: 'ce' or 'bce'",
  });
}

/** The generator's classification loss. */
export function generatorLoss(
  logits: Tensor2D,
  targets: Targets,
  { etaLoss, eta, labelSmoothing }: Pick<ResolvedOptions, 'etaLoss' | 'eta' | 'labelSmoothing'>,
): Scalar {
  switch (etaLoss) {
    case 'ce':
      return crossEntropy(logits, targets, labelSmoothing);
    case 'bce':
      return tf.mean(softBce(logits, targets, { negWeight: eta, overClasses: 'sum' })) as Scalar;
    case 'decoupled':
      return tf.mean(decoupledCrossEntropy(logits, targets, { eta })) as Scalar;
  }
}

function smoothed(logits: Tensor2D, targets: Targets, smoothing: number): Targets {
  if (smoothing === 0) return targets;
  return smoothTargets(targets, { smoothing, numClasses: logits.shape[1] });
}
